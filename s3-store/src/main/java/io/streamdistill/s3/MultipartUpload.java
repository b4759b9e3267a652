package io.streamdistill.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** A large file in parts, one after the other; the object appears with the last request. */
final class MultipartUpload {

  private static final Logger LOG = LoggerFactory.getLogger(MultipartUpload.class);

  private static final int MAX_PARTS = 10_000;

  private final S3Client client;
  private final String bucket;
  private final String key;
  private final String uploadId;

  private MultipartUpload(S3Client client, String bucket, String key, String uploadId) {
    this.client = client;
    this.bucket = bucket;
    this.key = key;
    this.uploadId = uploadId;
  }

  /** Uploads the first {@code size} bytes of a file; leaves no parts behind when it fails. */
  static void upload(
      S3Client client, String bucket, String key, Path file, long size, long partBytes)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      String uploadId =
          client
              .createMultipartUpload(
                  request ->
                      request.bucket(bucket).key(key).overrideConfiguration(S3Bucket.limit(0)))
              .uploadId();
      new MultipartUpload(client, bucket, key, uploadId)
          .upload(channel, size, Math.max(partBytes, (size + MAX_PARTS - 1) / MAX_PARTS));
    }
  }

  private void upload(FileChannel channel, long size, long partBytes) {
    try {
      List<CompletedPart> parts = new ArrayList<>();
      for (long offset = 0; offset < size; offset += partBytes) {
        parts.add(part(channel, parts.size() + 1, offset, Math.min(partBytes, size - offset)));
      }
      client.completeMultipartUpload(
          request ->
              request
                  .bucket(bucket)
                  .key(key)
                  .uploadId(uploadId)
                  .multipartUpload(upload -> upload.parts(parts))
                  .overrideConfiguration(S3Bucket.limit(size)));
    } catch (SdkException e) {
      abort();
      throw e;
    }
  }

  private CompletedPart part(FileChannel channel, int number, long offset, long length) {
    UploadPartResponse response =
        client.uploadPart(
            request ->
                request
                    .bucket(bucket)
                    .key(key)
                    .uploadId(uploadId)
                    .partNumber(number)
                    .contentLength(length)
                    .overrideConfiguration(S3Bucket.limit(length)),
            RequestBody.fromContentProvider(
                () -> new Range(channel, offset, length), length, "application/octet-stream"));
    return CompletedPart.builder().partNumber(number).eTag(response.eTag()).build();
  }

  private void abort() {
    try {
      client.abortMultipartUpload(
          request ->
              request
                  .bucket(bucket)
                  .key(key)
                  .uploadId(uploadId)
                  .overrideConfiguration(S3Bucket.limit(0)));
    } catch (SdkException e) {
      LOG.warn(
          "Parts of s3://{}/{} may be left in the bucket, where a lifecycle rule can clear them: {}",
          bucket,
          key,
          e.getMessage());
    }
  }

  /** Bytes of a file; every retry reads them anew, so none moves the position of the channel. */
  private static final class Range extends InputStream {

    private final FileChannel channel;
    private final long end;
    private long position;

    Range(FileChannel channel, long offset, long length) {
      this.channel = channel;
      this.position = offset;
      this.end = offset + length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, bytes.length);
      if (length == 0) {
        return 0;
      }
      if (position == end) {
        return -1;
      }
      int n =
          channel.read(
              ByteBuffer.wrap(bytes, offset, (int) Math.min(length, end - position)), position);
      position += Math.max(n, 0);
      return n;
    }
  }
}
