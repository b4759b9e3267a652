package io.streamdistill.checkpoints.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A name that stands for one version of a student, and can be moved to another.
 *
 * @param name letters, digits, '.', '_' and '-'
 * @param version that it stands for; null after it was removed
 * @param pinned whether the gate may not move it
 * @param history versions that it stood for, oldest first, the present one last; a rollback takes
 *     the last one off
 * @param move offset of the event that moved it last
 * @param actor who moved it last
 * @param reason why
 * @param time when
 */
public record Alias(
    String name,
    @Nullable String version,
    boolean pinned,
    List<String> history,
    long move,
    String actor,
    String reason,
    Instant time) {

  /** The newest checkpoint that is valid; computed, never moved. */
  public static final String LATEST = "latest";

  /** The newest checkpoint that passed the gate, or that somebody promoted. */
  public static final String CHAMPION = "champion";

  /** Copies. */
  public Alias {
    history = List.copyOf(history);
  }

  /** Versions to go back to, the nearest first. */
  public List<String> predecessors() {
    List<String> before = new ArrayList<>();
    for (int i = history.size() - 2; i >= 0; i--) {
      before.add(history.get(i));
    }
    return List.copyOf(before);
  }

  /** The versions that a rollback needs: the present one and the one before. */
  List<String> protectedVersions() {
    return history.subList(Math.max(0, history.size() - 2), history.size());
  }
}
