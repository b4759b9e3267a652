package io.streamdistill.teacher.topology;

import static io.streamdistill.config.Require.require;

import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.target.EncodingChoice;
import io.streamdistill.teacher.engine.Teacher;
import java.time.Duration;

/**
 * What is scored, by whom, and how it goes on the wire.
 *
 * @param contract what a record must hold, with the scaling of what the teacher sees
 * @param teacherVersion put on every soft target
 * @param temperature T > 0 of the soft targets, no unit
 * @param batchSize most records per batch, >= 1
 * @param linger longest wait for a batch to fill, > 0
 * @param limits what records must keep to
 * @param failing how many of them the teacher may have no answer to
 */
public record Scoring(
    FeatureContract contract,
    ClassMap classMap,
    Teacher teacher,
    String teacherVersion,
    double temperature,
    EncodingChoice encoding,
    int batchSize,
    Duration linger,
    RecordLimits limits,
    FailingShare failing) {

  private static final long MAX_TICK_MILLIS = 50;

  /** Validates. */
  public Scoring {
    require(temperature > 0, "temperature must be > 0, got %s", temperature);
    require(batchSize >= 1, "batch size must be >= 1, got %s", batchSize);
    require(linger.toMillis() >= 1, "linger must be >= 1 ms, got %s", linger);
  }

  /**
   * The same, with a limit.
   *
   * @param maxFailingShare of the newest examples that the teacher may have no answer to, in (0, 1]
   */
  public Scoring(
      FeatureContract contract,
      ClassMap classMap,
      Teacher teacher,
      String teacherVersion,
      double temperature,
      EncodingChoice encoding,
      int batchSize,
      Duration linger,
      RecordLimits limits,
      double maxFailingShare) {
    this(
        contract,
        classMap,
        teacher,
        teacherVersion,
        temperature,
        encoding,
        batchSize,
        linger,
        limits,
        new FailingShare(maxFailingShare));
  }

  /** How often a waiting batch is looked at. */
  Duration tick() {
    return tick(linger);
  }

  /** How often a batch that waits for {@code linger} is looked at: a look costs microseconds. */
  public static Duration tick(Duration linger) {
    return Duration.ofMillis(Math.min(Math.max(linger.toMillis() / 4, 1), MAX_TICK_MILLIS));
  }
}
