package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.checkpoints.log.CheckpointLog;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Announcements and aliases as they are now, for someone who asks again and again. After a failure
 * the topics are read anew.
 */
final class LiveAnnouncements implements AutoCloseable {

  private final CheckpointStores stores;
  private CheckpointLog.@Nullable Tail log;
  private AliasLog.@Nullable Tail aliases;

  LiveAnnouncements(CheckpointStores stores) {
    this.stores = stores;
  }

  /**
   * The announced checkpoints of a student, oldest first.
   *
   * @throws CheckpointException when Kafka does not answer
   */
  List<Announcement> of(String student) {
    try {
      if (log == null) {
        log =
            new CheckpointLog.Tail(stores.kafka(), stores.topics().checkpoints(), stores.timeout());
      }
      return log.read().announcements(student);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * The aliases, until the next call.
   *
   * @throws CheckpointException when Kafka does not answer
   */
  AliasLog aliases() {
    try {
      if (aliases == null) {
        aliases =
            new AliasLog.Tail(stores.kafka(), stores.topics().checkpointEvents(), stores.timeout());
      }
      return aliases.read();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public void close() {
    if (log != null) {
      log.close();
      log = null;
    }
    if (aliases != null) {
      aliases.close();
      aliases = null;
    }
  }
}
