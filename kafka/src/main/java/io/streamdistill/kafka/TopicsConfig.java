package io.streamdistill.kafka;

import static io.streamdistill.config.Require.require;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Names and sizes of the product's topics.
 *
 * @param transferSet examples to be scored; default {@code transfer-set}
 * @param softTargets the teacher's log; default {@code soft-targets}
 * @param labels late hard labels; default {@code labels}
 * @param deadLetters records that were not fit, byte for byte; default {@code dead-letters}
 * @param checkpoints announcements, compacted; default {@code checkpoints}
 * @param checkpointFiles chunks of the {@code kafka:} store, compacted; default {@code
 *     checkpoint-files}
 * @param checkpointEvents decisions of the gate and moves of aliases, kept for ever; default {@code
 *     checkpoint-events}
 * @param partitions partitions of transfer set and soft targets; default 4
 * @param replication replication factor; default -1, the broker's own default
 */
public record TopicsConfig(
    String transferSet,
    String softTargets,
    String labels,
    String deadLetters,
    String checkpoints,
    String checkpointFiles,
    String checkpointEvents,
    int partitions,
    short replication) {

  private static final int MAX_PARTITIONS = 100_000;

  /** Validates. */
  public TopicsConfig {
    List<String> names =
        List.of(
            transferSet,
            softTargets,
            labels,
            deadLetters,
            checkpoints,
            checkpointFiles,
            checkpointEvents);
    for (String name : names) {
      require(
          name.matches("[a-zA-Z0-9._-]{1,249}") && !name.matches("\\.{1,2}"),
          "topics: '%s' is not a topic name; use letters, digits, '.', '_' and '-'",
          name);
    }
    require(
        names.stream().map(name -> name.replace('.', '_')).distinct().count() == names.size(),
        "topics: every topic needs a name of its own ('.' and '_' are the same to Kafka), got %s",
        names);
    require(
        partitions >= 1 && partitions <= MAX_PARTITIONS,
        "topics.partitions must be in [1, %s], got %s",
        MAX_PARTITIONS,
        partitions);
    require(
        replication == -1 || replication >= 1,
        "topics.replication must be >= 1, or -1 for the broker's default, got %s",
        replication);
  }

  /** All defaults. */
  public static TopicsConfig defaults() {
    return named(name -> name, 4, (short) -1);
  }

  /**
   * Topics whose names follow from those of the defaults.
   *
   * @param name makes a name, e.g. of {@code soft-targets}
   */
  public static TopicsConfig named(UnaryOperator<String> name, int partitions, short replication) {
    return new TopicsConfig(
        name.apply("transfer-set"),
        name.apply("soft-targets"),
        name.apply("labels"),
        name.apply("dead-letters"),
        name.apply("checkpoints"),
        name.apply("checkpoint-files"),
        name.apply("checkpoint-events"),
        partitions,
        replication);
  }
}
