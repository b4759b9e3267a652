package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.store.CheckpointRetention;
import io.streamdistill.checkpoints.store.CheckpointStore;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checkpoints of a student in their store, of which old ones go as configured. */
public final class StoredCheckpoints {

  private static final Logger log = LoggerFactory.getLogger(StoredCheckpoints.class);

  private final CheckpointStore store;
  private final CheckpointConfig config;
  private final InstantSource clock;
  private final Supplier<List<CheckpointId>> kept;

  /**
   * Creates it.
   *
   * @param kept those that aliases stand for, which are never deleted
   */
  public StoredCheckpoints(
      CheckpointStore store,
      CheckpointConfig config,
      InstantSource clock,
      Supplier<List<CheckpointId>> kept) {
    this.store = store;
    this.config = config;
    this.clock = clock;
    this.kept = kept;
  }

  /** Directory in which checkpoints are written before they are stored. */
  Path workDirectory(CheckpointId id) {
    return config.workDir().resolve(id.student()).resolve(id.version());
  }

  URI put(CheckpointId id, Path directory) {
    return store.put(id, directory);
  }

  void delete(CheckpointId id) {
    store.delete(id);
  }

  /** Without knowledge of the aliases nothing may go; the next publication tries again. */
  List<CheckpointId> retired(CheckpointId published) {
    try {
      List<CheckpointId> staying = new ArrayList<>(kept.get());
      staying.add(published);
      return CheckpointRetention.expired(
          store.list(published.student()),
          config.keep(),
          config.keepFor(),
          clock.instant(),
          staying);
    } catch (CheckpointException e) {
      log.warn("no old checkpoint of {} is deleted now: {}", published.student(), e.getMessage());
      return List.of();
    }
  }

  /** Deletes checkpoints whose announcements are withdrawn; the next publication tries again. */
  void deleteRetired(List<CheckpointId> retired) {
    try {
      retired.forEach(store::delete);
    } catch (CheckpointException e) {
      log.warn("old checkpoints {} were not deleted: {}", retired, e.getMessage());
    }
  }
}
