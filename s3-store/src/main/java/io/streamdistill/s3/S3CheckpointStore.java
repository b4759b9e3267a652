package io.streamdistill.s3;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.ManifestFile;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.ExpectedFiles;
import io.streamdistill.checkpoints.store.VerifiedFetch;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Checkpoints as objects {@code prefix/student/version/file}, so that any S3 tool can copy one.
 *
 * <p><b>Atomicity.</b> The manifest is uploaded after all other files and deleted before them;
 * readers see a checkpoint when it is there. It is created on the condition that there is none, so
 * that of two writers of one id only one succeeds. What a killed upload leaves has no manifest: it
 * is invisible, overwritten when its id is put again, and otherwise deleted by a put of the student
 * once it is older than {@link #ABANDONED_AGE}.
 *
 * <p><b>Two writers of one id.</b> The files of the one that fails may be those that stay. Fetching
 * notices, as it does any change; the trainer's versions are random, so that it does not happen.
 *
 * <p>Thread-safe.
 */
final class S3CheckpointStore implements CheckpointStore {

  private static final Logger LOG = LoggerFactory.getLogger(S3CheckpointStore.class);

  /** Age at which files without a manifest are taken for those of a killed writer. */
  static final Duration ABANDONED_AGE = Duration.ofDays(1);

  private final S3Location location;
  private final S3Bucket bucket;
  private final S3Problems problems;
  private final InstantSource clock;

  S3CheckpointStore(
      S3Location location, S3Bucket bucket, S3Problems problems, InstantSource clock) {
    this.location = location;
    this.bucket = bucket;
    this.problems = problems;
    this.clock = clock;
  }

  /**
   * Makes sure that the bucket answers. That it may not be listed is no error: fetching needs less.
   *
   * @throws CheckpointException when it does not
   */
  void requireReachable() {
    try {
      bucket.probe(location.prefix());
    } catch (SdkException e) {
      if (S3Problems.isDenied(e)) {
        LOG.debug("{} may not be listed", location, e);
        return;
      }
      throw problems.failed("cannot use checkpoint store", e);
    }
  }

  @Override
  public URI put(CheckpointId id, Path directory) {
    Manifest manifest = CheckpointVerifier.verifyIs(id, directory);
    try {
      StudentObjects stored = objects(id.student());
      if (stored.isComplete(id.version())) {
        throw taken(id);
      }
      clear(stored.abandoned(clock.instant().minus(ABANDONED_AGE)));
      for (FileEntry file : manifest.files()) {
        bucket.upload(directory.resolve(file.name()), file, key(id, file.name()));
      }
      byte[] json = Files.readAllBytes(directory.resolve(Manifest.FILE_NAME));
      String key = key(id, Manifest.FILE_NAME);
      // What is there may be this one, when the answer to the first attempt was lost.
      if (!bucket.create(key, json)
          && !Arrays.equals(bucket.read(key, ManifestFile.MAX_BYTES), json)) {
        throw taken(id);
      }
      return location.uri(id);
    } catch (IOException e) {
      throw new CheckpointException(
          "cannot store checkpoint %s in %s: %s".formatted(id, location, e), e);
    } catch (SdkException e) {
      throw problems.failed("cannot store checkpoint %s in".formatted(id), e);
    }
  }

  private CheckpointException taken(CheckpointId id) {
    return new CheckpointException(
        "checkpoint %s is stored already, in %s; versions are never overwritten"
            .formatted(id, location));
  }

  private void clear(List<String> keys) {
    try {
      keys.forEach(bucket::delete);
    } catch (SdkException e) {
      LOG.warn("Files of uploads that were killed cannot be deleted: {}", problems.explain(e));
    }
  }

  @Override
  public void fetch(CheckpointId id, ExpectedFiles expected, Path directory) {
    try {
      VerifiedFetch.into(
          id,
          expected,
          directory,
          new VerifiedFetch.Parts() {
            @Override
            public void manifest(Path file, int maxBytes) throws IOException {
              write(file, S3CheckpointStore.this.manifest(id, maxBytes));
            }

            @Override
            public void files(List<FileEntry> files, Path target) throws IOException {
              for (FileEntry file : files) {
                download(id, file, target.resolve(file.name()));
              }
            }
          });
    } catch (SdkException e) {
      throw problems.failed("cannot fetch checkpoint %s from".formatted(id), e);
    }
  }

  @Override
  public void fetchFile(CheckpointId id, FileEntry file, Path target) {
    VerifiedFetch.file(
        id,
        file,
        target,
        copy -> {
          try {
            download(id, file, copy);
          } catch (SdkException e) {
            throw problems.failed(
                "cannot fetch %s of checkpoint %s from".formatted(file.name(), id), e);
          }
        });
  }

  private void download(CheckpointId id, FileEntry file, Path path) throws IOException {
    try {
      bucket.download(key(id, file.name()), file, path);
    } catch (NoSuchKeyException e) {
      throw new CheckpointException(
          "%s of checkpoint %s is not in %s; was the checkpoint deleted just now?"
              .formatted(file.name(), id, location),
          e);
    }
  }

  private byte[] manifest(CheckpointId id, int maxBytes) throws IOException {
    try {
      return bucket.read(key(id, Manifest.FILE_NAME), maxBytes);
    } catch (NoSuchKeyException e) {
      throw new CheckpointException(
          "there is no complete checkpoint %s in %s".formatted(id, location), e);
    }
  }

  private static void write(Path file, byte[] content) throws IOException {
    try (FileOutputStream out = new FileOutputStream(file.toFile())) {
      out.write(content);
      out.getFD().sync();
    }
  }

  @Override
  public List<CheckpointId> list(String student) {
    try {
      return objects(new CheckpointId(student, "any").student()).complete();
    } catch (SdkException e) {
      throw problems.failed("cannot list the checkpoints of %s in".formatted(student), e);
    }
  }

  private StudentObjects objects(String student) {
    String prefix = location.keyPrefix(student);
    return new StudentObjects(student, prefix, bucket.list(prefix));
  }

  @Override
  public void delete(CheckpointId id) {
    try {
      bucket.delete(key(id, Manifest.FILE_NAME));
      for (S3Object object : bucket.list(location.keyPrefix(id))) {
        bucket.delete(object.key());
      }
    } catch (SdkException e) {
      throw problems.failed("cannot delete checkpoint %s from".formatted(id), e);
    }
  }

  private String key(CheckpointId id, String file) {
    return location.keyPrefix(id) + file;
  }

  @Override
  public void close() {
    bucket.close();
  }
}
