package io.streamdistill.core.checkpoint;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The stores that checkpoints were fetched from, which stay open: a {@code kafka:} store reads its
 * whole topic when it is opened, and later only what is new. One that fails is closed, and opened
 * anew the next time. Not thread-safe.
 */
final class OpenStores implements AutoCloseable {

  private final CheckpointStores stores;
  private final Map<String, CheckpointStore> open = new HashMap<>(); // by location, without the id

  OpenStores(CheckpointStores stores) {
    this.stores = stores;
  }

  /**
   * Fetches as {@link CheckpointStore#fetch} does.
   *
   * @param location where the checkpoint was announced
   */
  void fetch(String location, CheckpointId id, Path directory) {
    String name = location.replace("/" + id, "");
    CheckpointStore store = open.remove(name);
    if (store == null) {
      store = stores.at(location, id);
    }
    try {
      store.fetch(id, directory);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
    open.put(name, store);
  }

  @Override
  public void close() {
    open.values().forEach(CheckpointStore::close);
    open.clear();
  }
}
