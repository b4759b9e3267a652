package io.streamdistill.student;

import static io.streamdistill.student.SoftTargetFixture.checkpointEvery;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Target;
import io.streamdistill.student.learning.DivergenceException;
import io.streamdistill.testkit.TestRecords;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random bad configurations on random bad data: however training goes, what a checkpoint says of it
 * is true. System properties: {@code bad.seed}, default 1, and {@code bad.count}, default 6.
 */
class BadConfigurationTest {

  private static final long SEED = Long.getLong("bad.seed", 1);
  private static final int COUNT = Integer.getInteger("bad.count", 6);
  private static final int EXAMPLES = 600;
  private static final int PASSES = 10;
  private static final int FEATURES = SoftTargetFixture.FEATURES;

  @TempDir static Path directory;
  private static SoftTargetFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new SoftTargetFixture(directory);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  static LongStream seeds() {
    return LongStream.range(SEED, SEED + COUNT);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void nothingThatDidNotLearnIsPublishedAsHealthy(long seed) throws Exception {
    Random random = new Random(seed);
    List<Target> targets = spoilt(SoftTargetFixture.softTargets(EXAMPLES, seed), random);
    StudentConfig config = bad("bad-" + seed, random);
    TopicsConfig topics = fixture.createTopics(2);
    fixture.produce(topics, targets);

    String end = "over";
    try {
      fixture.train(config, topics);
    } catch (DivergenceException e) {
      end = "diverged";
      assertThat(e)
          .hasMessageContaining("learning rate")
          .hasMessageContaining("T = ")
          .hasMessageContaining("features")
          .hasMessageContaining("docs/troubleshooting.md");
    }

    var latest = CheckpointLog.read(fixture.kafka, topics.checkpoints()).latest(config.name());
    String state = "none";
    double agreement = Double.NaN;
    if (latest.isPresent()) {
      Path out = directory.resolve(config.name());
      new CheckpointPuller(Cluster.of(fixture.kafka, topics))
          .pull(config.name(), CheckpointChoice.latest(), out);
      state = Objects.requireNonNull(Manifest.read(out).learning()).state();
      agreement = agreement(out, targets);
    }
    System.out.printf(
        "seed %d: %s, %s, agreement %.3f, majority %.3f; %s %s %s %s%n",
        seed,
        end,
        state,
        agreement,
        majority(targets),
        config.optimizer(),
        config.learningRate(),
        config.objective(),
        config.features().standardise());
    if (state.equals("learning")) {
      assertThat(agreement).isGreaterThan(majority(targets) + 0.03);
    } else {
      assertThat(agreement)
          .satisfiesAnyOf(a -> assertThat(a).isNaN(), a -> assertThat(a).isLessThan(0.9));
    }
    if (end.equals("over")) {
      assertThat(latest).isPresent();
    }
  }

  private static StudentConfig bad(String name, Random random) {
    String rate = Double.toString(power(random, -8, 6));
    return fixture.student(
        name,
        PASSES,
        EXAMPLES,
        checkpointEvery(1_200),
        "optimizer.type=" + one(random, "sgd", "nesterov", "adam"),
        "optimizer.momentum=" + one(random, 0.5, 0.9, 0.999),
        "learning-rate.base=" + rate,
        "learning-rate.warmup-steps=" + one(random, 0, 0, 100),
        "learning-rate.decay=" + one(random, "auto", "constant"),
        "objective.temperature=" + one(random, "auto", power(random, -3, 4)),
        "objective.hard-weight=" + one(random, 0.0, 0.1, 1.0),
        "objective.sharp-weight=" + one(random, 0.0, 1.0, power(random, -3, 4)),
        "objective.logit-scale=" + one(random, "auto", power(random, -3, 4)),
        "objective.clip=" + one(random, "10", "1e-3", "1e300"),
        "features.standardise=" + one(random, "auto", "off"),
        "batch-size=" + one(random, 1, 8, 64, 512));
  }

  /** Scale and place of the features, heavy weights, labels. */
  private static List<Target> spoilt(List<Target> targets, Random random) {
    double scale = one(random, 1.0, 1.0, power(random, -9, 12));
    double shift = one(random, 0.0, 0.0, power(random, -2, 4));
    float weight = one(random, 1f, 1f, 1e-6f, 900f);
    boolean labels = random.nextBoolean();
    List<Target> spoilt = new ArrayList<>();
    for (Target target : targets) {
      ByteBuffer from = target.example().features().duplicate().order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer to = ByteBuffer.allocate(from.remaining()).order(ByteOrder.LITTLE_ENDIAN);
      while (from.hasRemaining()) {
        to.putFloat((float) (scale * (from.getFloat() + shift)));
      }
      spoilt.add(
          TestRecords.withLabel(
              TestRecords.withWeight(
                  TestRecords.withFeatures(target, to.flip()),
                  random.nextInt(20) == 0 ? weight : 1),
              labels ? target.example().label() : null));
    }
    return spoilt;
  }

  private static double power(Random random, double from, double to) {
    return Math.pow(10, from + (to - from) * random.nextDouble());
  }

  @SafeVarargs
  private static <T> T one(Random random, T... of) {
    return of[random.nextInt(of.length)];
  }

  /** Of the published model with the teacher, on what it was trained on. */
  private static double agreement(Path checkpoint, List<Target> targets) throws OrtException {
    FloatBuffer features = FloatBuffer.allocate(targets.size() * FEATURES);
    for (Target target : targets) {
      features.put(
          target.example().features().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer());
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session =
            environment.createSession(checkpoint.resolve("model.onnx").toString());
        OnnxTensor input =
            OnnxTensor.createTensor(
                environment, features.flip(), new long[] {targets.size(), FEATURES});
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), input))) {
      float[][] logits = (float[][]) result.get("logits").orElseThrow().getValue();
      int agreed = 0;
      for (int i = 0; i < logits.length; i++) {
        agreed += argmax(logits[i]) == SoftTargetFixture.teacherAnswer(targets.get(i)) ? 1 : 0;
      }
      return (double) agreed / logits.length;
    }
  }

  private static int argmax(float[] values) {
    int best = 0;
    for (int k = 1; k < values.length; k++) {
      best = values[k] > values[best] ? k : best;
    }
    return best;
  }

  private static double majority(List<Target> targets) {
    int[] counts = new int[3];
    targets.forEach(target -> counts[SoftTargetFixture.teacherAnswer(target)]++);
    return Math.max(Math.max(counts[0], counts[1]), counts[2]) / (double) targets.size();
  }
}
