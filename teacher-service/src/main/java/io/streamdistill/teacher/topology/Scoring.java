package io.streamdistill.teacher.topology;

import static io.streamdistill.config.Require.require;

import io.streamdistill.records.Task;
import io.streamdistill.records.format.TransferReader;
import io.streamdistill.records.target.EncodingChoice;
import io.streamdistill.teacher.engine.Teacher;
import java.time.Duration;

/**
 * What is scored, by whom, and how it goes on the wire.
 *
 * @param task with the scaling of what the teacher sees
 * @param reader makes examples of records
 * @param limits what records must keep to
 */
public record Scoring(
    Task task,
    TransferReader reader,
    Model model,
    Form form,
    Batching batching,
    RecordLimits limits) {

  private static final long MAX_TICK_MILLIS = 50;

  /**
   * Who scores.
   *
   * @param version put on every soft target
   * @param failing how many examples it may have no answer to
   */
  public record Model(Teacher teacher, String version, FailingShare failing) {

    /**
     * With a limit of failures.
     *
     * @param maxFailingShare of the newest examples that the teacher may have no answer to, in (0,
     *     1]
     */
    public Model(Teacher teacher, String version, double maxFailingShare) {
      this(teacher, version, new FailingShare(maxFailingShare));
    }
  }

  /**
   * What soft targets look like.
   *
   * @param temperature T > 0, no unit
   */
  public record Form(double temperature, EncodingChoice encoding) {
    /** Validates. */
    public Form {
      require(temperature > 0, "temperature must be > 0, got %s", temperature);
    }
  }

  /**
   * How records are gathered.
   *
   * @param size most records per batch, >= 1
   * @param linger longest wait for a batch to fill, > 0
   */
  public record Batching(int size, Duration linger) {
    /** Validates. */
    public Batching {
      require(size >= 1, "batch size must be >= 1, got %s", size);
      require(linger.toMillis() >= 1, "linger must be >= 1 ms, got %s", linger);
    }
  }

  /** How often a waiting batch is looked at. */
  Duration tick() {
    return tick(batching.linger());
  }

  /** How often a batch that waits for {@code linger} is looked at: a look costs microseconds. */
  public static Duration tick(Duration linger) {
    return Duration.ofMillis(Math.min(Math.max(linger.toMillis() / 4, 1), MAX_TICK_MILLIS));
  }
}
