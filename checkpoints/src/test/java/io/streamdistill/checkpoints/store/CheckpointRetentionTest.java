package io.streamdistill.checkpoints.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointId;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointRetentionTest {

  private static final List<CheckpointId> STORED =
      Stream.of("v1", "v2", "v3", "v4", "v5").map(CheckpointRetentionTest::id).toList();

  @TempDir Path work;

  private static CheckpointId id(String version) {
    return new CheckpointId("mnist", version);
  }

  @Test
  void deletesAllButTheNewestAndTheProtected() {
    try (CheckpointStore store = new FileCheckpointStore(work.resolve("root"))) {
      for (CheckpointId stored : STORED) {
        Path source = work.resolve(stored.version());
        Checkpoints.write(stored, source, 10);
        store.put(stored, source);
      }

      List<CheckpointId> deleted =
          CheckpointRetention.keepNewest(store, "mnist", 2, List.of(id("v2"), id("v5")));

      assertThat(deleted).containsExactly(id("v1"), id("v3"));
      assertThat(store.list("mnist")).containsExactly(id("v2"), id("v4"), id("v5"));
    }
  }

  @Test
  void deletesNothingWhileThereAreFew() {
    assertThat(CheckpointRetention.expired(STORED, 5, List.of())).isEmpty();
    assertThat(CheckpointRetention.expired(STORED, 50, List.of())).isEmpty();
    assertThat(CheckpointRetention.expired(List.of(), 1, List.of())).isEmpty();
    assertThat(CheckpointRetention.expired(STORED, 4, List.of())).containsExactly(id("v1"));
  }

  @Test
  void keepsAtLeastOne() {
    assertThatThrownBy(() -> CheckpointRetention.expired(STORED, 0, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("keep");
  }
}
