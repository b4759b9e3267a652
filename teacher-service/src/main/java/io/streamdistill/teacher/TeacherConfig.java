package io.streamdistill.teacher;

import static io.streamdistill.config.Require.require;

import io.streamdistill.config.ConfigLoader;
import io.streamdistill.kafka.OnLostRecords;
import io.streamdistill.observe.HttpConfig;
import io.streamdistill.records.target.EncodingChoice;
import io.streamdistill.teacher.engine.Combination;
import io.streamdistill.teacher.engine.TeacherMember;
import java.time.Duration;
import java.util.List;

/**
 * The section {@code teacher:} of the configuration.
 *
 * @param applicationId names the group whose instances share the partitions; default {@code
 *     streamdistill-teacher}
 * @param members the models, at least one; several are an ensemble
 * @param features what the teacher sees of a feature; default as {@code features}
 * @param combination how members become one distribution; default arithmetic
 * @param temperature softmax temperature T of the soft targets, finite and > 0, no unit; default 20
 * @param encoding of the soft targets; default {@code auto}
 * @param batchSize most records per teacher call, in [1, 65536]; default 256
 * @param linger longest wait for a batch to fill, in [1 ms, 1 min]; default 100 ms. Counted from
 *     the timestamp of its oldest record, and less what scoring takes, but at least half of it from
 *     when that record came.
 * @param streamThreads threads that read, score and write, >= 1; default 1
 * @param engineThreads threads that one batch is spread over; default 0, all cores. One of {@code
 *     streamThreads} and {@code engineThreads} should be 1.
 * @param commitInterval between transactions, in [100 ms, 1 min]; default 1 s
 * @param maxRecordBytes largest value accepted from the transfer set, >= 1 byte; default 1 MiB
 * @param onLostRecords what to do when retention took records that were not read yet, or a topic
 *     was deleted and created anew; default stop
 * @param limits from where on it stops or holds
 * @param http where metrics and health are served
 */
public record TeacherConfig(
    String applicationId,
    List<TeacherMember> members,
    TeacherFeatures features,
    Combination combination,
    double temperature,
    EncodingChoice encoding,
    int batchSize,
    Duration linger,
    int streamThreads,
    int engineThreads,
    Duration commitInterval,
    int maxRecordBytes,
    OnLostRecords onLostRecords,
    TeacherLimits limits,
    HttpConfig http) {

  /**
   * Name of the resource with the default of every key below {@code teacher}, and what it means.
   */
  public static final String DEFAULTS = "/io/streamdistill/teacher/defaults.yaml";

  /** Configuration with nothing but this section. */
  record Alone(TeacherConfig teacher) {}

  /**
   * The defaults, but for some settings as a user writes them after {@code --set teacher.}, such as
   * {@code "batch-size=16"}.
   *
   * @throws io.streamdistill.config.ConfigException with everything that is wrong with them
   */
  public static TeacherConfig of(String... settings) {
    ConfigLoader loader = ConfigLoader.of(Alone.class, DEFAULTS);
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      loader.set("teacher." + setting.substring(0, equals), setting.substring(equals + 1), "of");
    }
    return loader.load(Alone.class).teacher();
  }

  private static final int MAX_BATCH = 65536;
  private static final int MAX_THREADS = 1024;
  private static final Duration MIN_LINGER = Duration.ofMillis(1);
  private static final Duration MIN_COMMIT_INTERVAL = Duration.ofMillis(100);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Validates. */
  public TeacherConfig {
    require(
        applicationId.matches("[a-zA-Z0-9._-]{1,200}"),
        "teacher.application-id '%s' must be 1 to 200 letters, digits, '.', '_' and '-'",
        applicationId);
    members = List.copyOf(members);
    require(
        !members.isEmpty(),
        "teacher.members is empty; add at least one member with its model file");
    require(
        Double.isFinite(temperature) && temperature > 0 && (float) temperature > 0,
        "teacher.temperature must be finite and > 0, got %s; 1 is the ordinary softmax, 20 soft",
        temperature);
    requireIn("batch-size", batchSize, 1, MAX_BATCH, "256 suits most models");
    requireIn("linger", linger, MIN_LINGER, "shorter costs throughput, longer costs latency");
    requireIn("stream-threads", streamThreads, 1, MAX_THREADS, "1 leaves the cores to the engine");
    requireIn("engine-threads", engineThreads, 0, MAX_THREADS, "0 takes all cores");
    requireIn(
        "commit-interval", commitInterval, MIN_COMMIT_INTERVAL, "every commit costs a transaction");
    require(
        maxRecordBytes >= 1,
        "teacher.max-record-bytes must be >= 1, got %s; the default is 1048576",
        maxRecordBytes);
  }

  private static void requireIn(String key, int value, int min, int max, String hint) {
    require(
        value >= min && value <= max,
        "teacher.%s must be in [%s, %s], got %s; %s",
        key,
        min,
        max,
        value,
        hint);
  }

  private static void requireIn(String key, Duration value, Duration min, String hint) {
    require(
        value.compareTo(min) >= 0 && value.compareTo(MINUTE) <= 0,
        "teacher.%s must be in [%s ms, %s ms], got %s ms; %s",
        key,
        min.toMillis(),
        MINUTE.toMillis(),
        value.toMillis(),
        hint);
  }
}
