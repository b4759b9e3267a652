package io.streamdistill.s3;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.FileEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The requests of a store, each with a time limit, retries included, that its size allows. */
final class S3Bucket implements AutoCloseable {

  /** Largest body of one request; S3 takes 5 GiB, but what fails half-way begins again. */
  static final long PART_BYTES = 64L << 20;

  private static final Duration BASE_LIMIT = Duration.ofMinutes(2);

  /** A connection slower than this is given up. */
  private static final long MIN_BYTES_PER_SECOND = 256L << 10;

  private static final int PRECONDITION_FAILED = 412;
  private static final int NOT_IMPLEMENTED = 501;

  private final S3Client client;
  private final String name;
  private final long partBytes;

  S3Bucket(S3Client client, String name, long partBytes) {
    this.client = client;
    this.name = name;
    this.partBytes = partBytes;
  }

  /** Sets the time limit of a request that moves {@code bytes}. */
  static Consumer<AwsRequestOverrideConfiguration.Builder> limit(long bytes) {
    Duration limit = BASE_LIMIT.plusSeconds(bytes / MIN_BYTES_PER_SECOND);
    return request -> request.apiCallTimeout(limit);
  }

  /** Asks for at most one object, to learn whether the bucket answers. */
  void probe(String prefix) {
    client.listObjectsV2(
        request -> request.bucket(name).prefix(prefix).maxKeys(1).overrideConfiguration(limit(0)));
  }

  List<S3Object> list(String prefix) {
    return client
        .listObjectsV2Paginator(
            request -> request.bucket(name).prefix(prefix).overrideConfiguration(limit(0)))
        .contents()
        .stream()
        .toList();
  }

  /** Uploads a file, over what is there. */
  void upload(Path file, FileEntry entry, String key) throws IOException {
    if (entry.size() > partBytes) {
      MultipartUpload.upload(client, name, key, file, entry.size(), partBytes);
      return;
    }
    client.putObject(
        request -> request.bucket(name).key(key).overrideConfiguration(limit(entry.size())),
        RequestBody.fromFile(file));
  }

  /**
   * Creates an object unless there is one. A service that says that it does not know the condition,
   * or ignores it, overwrites.
   *
   * @return whether it was created; also false when an answer was lost and a retry met its object
   */
  boolean create(String key, byte[] content) {
    PutObjectRequest request =
        PutObjectRequest.builder()
            .bucket(name)
            .key(key)
            .ifNoneMatch("*")
            .overrideConfiguration(limit(content.length))
            .build();
    try {
      client.putObject(request, RequestBody.fromBytes(content));
      return true;
    } catch (S3Exception e) {
      if (e.statusCode() == PRECONDITION_FAILED) {
        return false;
      }
      if (e.statusCode() != NOT_IMPLEMENTED) {
        throw e;
      }
    }
    client.putObject(request.toBuilder().ifNoneMatch(null).build(), RequestBody.fromBytes(content));
    return true;
  }

  /**
   * Reads a small object.
   *
   * @throws CheckpointException when it has more than {@code maxBytes}
   */
  byte[] read(String key, int maxBytes) throws IOException {
    return get(key, maxBytes, Download.toMemory(at(key), maxBytes));
  }

  /**
   * Downloads a file of a checkpoint, and fsyncs it.
   *
   * @throws CheckpointException when the object has another size or SHA-256 than {@code entry}
   */
  void download(String key, FileEntry entry, Path file) throws IOException {
    get(key, entry.size(), Download.toFile(at(key), entry, file));
  }

  private <T> T get(String key, long bytes, ResponseTransformer<GetObjectResponse, T> download)
      throws IOException {
    try {
      return client.getObject(
          request -> request.bucket(name).key(key).overrideConfiguration(limit(bytes)), download);
    } catch (SdkClientException e) { // in which the SDK wraps what a transformer throws
      if (e.getCause() instanceof CheckpointException damaged) {
        throw damaged;
      }
      if (e.getCause() instanceof UncheckedIOException local) {
        throw local.getCause();
      }
      throw e;
    }
  }

  private String at(String key) {
    return "s3://" + name + "/" + key;
  }

  /** Deletes an object; does nothing when it is not there. */
  void delete(String key) {
    client.deleteObject(request -> request.bucket(name).key(key).overrideConfiguration(limit(0)));
  }

  @Override
  public void close() {
    client.close();
  }
}
