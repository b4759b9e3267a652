package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.checkpoints.log.CheckpointListing;
import io.streamdistill.checkpoints.log.CheckpointLog;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The announced checkpoints of one student, for readers that come often: Kafka is asked at most
 * once in a while, however many they are, and a file is brought from its store once.
 *
 * <p>Thread-safe.
 */
public final class CheckpointShelf implements AutoCloseable {

  private final String student;
  private final Duration maxAge;
  private final LiveAnnouncements announced;
  private final FileShelf files;
  private @Nullable Known known;
  private @Nullable Failure failure;

  /** What Kafka said, and when; for one thread at a time. */
  private record Known(List<Announcement> announced, AliasLog aliases, long nanos) {}

  /** That Kafka did not answer, and when. */
  private record Failure(CheckpointException cause, long nanos) {}

  /**
   * Creates a shelf; nothing is asked for yet.
   *
   * @param stores where checkpoints and announcements are
   * @param directory where files are kept while they are in use; deleted on {@link #close}
   * @param maxAge how old what is known of announcements and aliases may be
   */
  public CheckpointShelf(CheckpointStores stores, String student, Path directory, Duration maxAge) {
    this.student = student;
    this.maxAge = maxAge;
    this.announced = new LiveAnnouncements(stores);
    this.files = new FileShelf(stores, directory);
  }

  /** The student. */
  public String student() {
    return student;
  }

  /**
   * Every announced checkpoint, newest first.
   *
   * @throws CheckpointException when Kafka does not answer
   */
  public synchronized List<CheckpointListing> listings() {
    Known now = ask();
    return CheckpointListing.of(now.announced(), now.aliases(), student);
  }

  /**
   * The checkpoint of a version, or the one that an alias stands for now. A version that was heard
   * of before is found without Kafka: what is behind it never changes.
   *
   * @return empty when the student has no such version or alias
   * @throws CheckpointException when Kafka would have to be asked, and does not answer
   */
  public synchronized Optional<Announcement> find(String versionOrAlias) {
    Optional<Announcement> heardOf = version(known, versionOrAlias);
    if (heardOf.isPresent()) {
      return heardOf;
    }
    Known now = ask();
    if (versionOrAlias.equals(Alias.LATEST)) {
      return now.announced().stream().reduce((older, newer) -> newer);
    }
    return version(now, versionOrAlias)
        .or(
            () ->
                now.aliases()
                    .alias(student, versionOrAlias)
                    .flatMap(alias -> version(now, alias.version())));
  }

  private static Optional<Announcement> version(@Nullable Known known, @Nullable String version) {
    return known == null
        ? Optional.empty()
        : known.announced().stream().filter(one -> one.version().equals(version)).findFirst();
  }

  /**
   * Opens a file of a checkpoint, verified; brings it from its store first if need be, which others
   * who ask for it share.
   *
   * @param file one of {@link CheckpointLog#files}
   * @return completed with a {@link CheckpointException} when the store does not answer, or has
   *     something else
   */
  public CompletableFuture<FileChannel> open(Announcement checkpoint, FileEntry file) {
    return files.open(checkpoint, file);
  }

  /** Others wait for the one who asks, and take his answer; a failure is an answer too. */
  private Known ask() {
    if (known != null && isFresh(known.nanos())) {
      return known;
    }
    if (failure != null && isFresh(failure.nanos())) {
      throw new CheckpointException(String.valueOf(failure.cause().getMessage()), failure.cause());
    }
    try {
      known = new Known(announced.of(student), announced.aliases(), System.nanoTime());
      failure = null;
      return known;
    } catch (CheckpointException e) {
      failure = new Failure(e, System.nanoTime());
      throw e;
    }
  }

  private boolean isFresh(long nanos) {
    return System.nanoTime() - nanos < maxAge.toNanos();
  }

  @Override
  public synchronized void close() {
    announced.close();
    files.close();
  }
}
