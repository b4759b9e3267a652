package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;

/**
 * The stores that checkpoints were fetched from, which stay open: a {@code kafka:} store reads its
 * whole topic when it is opened, and later only what is new. One that Kafka itself has failed may
 * stand where the log has been cut off: it is closed, and opened anew the next time. Not
 * thread-safe.
 */
public final class OpenStores implements AutoCloseable {

  private final BiFunction<String, CheckpointId, CheckpointStore> at;
  private final Map<String, CheckpointStore> open = new HashMap<>(); // by location, without the id

  /** Opens stores as {@code stores} does. */
  public OpenStores(CheckpointStores stores) {
    this(stores::at);
  }

  /**
   * Opens stores in another way.
   *
   * @param at opens the store of an announced location and checkpoint
   */
  public OpenStores(BiFunction<String, CheckpointId, CheckpointStore> at) {
    this.at = at;
  }

  /**
   * Fetches as {@link CheckpointStore#fetch} does.
   *
   * @param location where the checkpoint was announced
   */
  public void fetch(String location, CheckpointId id, ExpectedFiles expected, Path directory) {
    use(location, id, store -> store.fetch(id, expected, directory));
  }

  /**
   * Fetches as {@link CheckpointStore#fetchFile} does.
   *
   * @param location where the checkpoint was announced
   */
  void fetchFile(String location, CheckpointId id, FileEntry file, Path target) {
    use(location, id, store -> store.fetchFile(id, file, target));
  }

  private void use(String location, CheckpointId id, Consumer<CheckpointStore> use) {
    String name = location.replace("/" + id, "");
    CheckpointStore store = open.remove(name);
    if (store == null) {
      store = at.apply(location, id);
    }
    boolean usable = false;
    try {
      use.accept(store);
      usable = true;
    } catch (CheckpointException e) {
      usable = !(e.getCause() instanceof KafkaException);
      throw e;
    } finally {
      if (usable) {
        open.put(name, store);
      } else {
        store.close();
      }
    }
  }

  @Override
  public void close() {
    open.values().forEach(CheckpointStore::close);
    open.clear();
  }
}
