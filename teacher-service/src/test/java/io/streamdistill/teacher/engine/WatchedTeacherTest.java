package io.streamdistill.teacher.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.teacher.onnx.OnnxTeacher;
import io.streamdistill.teacher.onnx.OutputKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A model that loops for ever when the first feature of a row is 100 or more. */
final class WatchedTeacherTest {

  private static final FeatureContract CONTRACT =
      new FeatureContract(FeatureType.F32, List.of(16), 1, 0);
  private static final int CLASSES = 4;
  private static final Duration HANG_AFTER = Duration.ofMillis(300);

  private final EngineWatch watch = new EngineWatch(HANG_AFTER, System::nanoTime);
  private final Teacher model =
      OnnxTeacher.open(
          Path.of("src/test/resources/models/hangs-where-large.onnx"),
          OutputKind.LOGITS,
          CONTRACT,
          CLASSES,
          8,
          1);
  private final Teacher teacher = new WatchedTeacher(model, watch);
  private final ScheduledExecutorService minder = Executors.newSingleThreadScheduledExecutor();

  @BeforeEach
  void mind() {
    var unused =
        minder.scheduleAtFixedRate(
            () -> watch.hung().forEach(teacher::interrupt), 20, 20, TimeUnit.MILLISECONDS);
  }

  @AfterEach
  void close() {
    minder.shutdownNow();
    teacher.close();
  }

  private static FeatureBatch batch(float... firstFeatures) {
    FeatureBatch batch = new FeatureBatch(CONTRACT, 8);
    for (float first : firstFeatures) {
      ByteBuffer features =
          ByteBuffer.allocate(CONTRACT.bytes()).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, first);
      batch.add(features);
    }
    return batch;
  }

  private Map<Integer, String> score(FeatureBatch batch, double[][] answers) {
    return teacher.score(batch, 1, answers);
  }

  @Test
  void aRowThatHangsIsAProblemOfThatRowAlone() {
    double[][] answers = new double[5][CLASSES];
    double[][] without = new double[4][CLASSES];

    Map<Integer, String> problems = score(batch(1, 2, 200, 3, 4), answers);

    assertThat(problems).containsOnlyKeys(2);
    assertThat(problems.get(2)).contains("hangs-where-large.onnx gave no answer in time");
    assertThat(score(batch(1, 2, 3, 4), without)).isEmpty();
    assertThat(new double[][] {answers[0], answers[1], answers[3], answers[4]})
        .isDeepEqualTo(without);
  }

  @Test
  void threeOfABatchAreTheModelsFault() {
    assertThatThrownBy(() -> score(batch(1, 200, 201, 202, 203), new double[5][CLASSES]))
        .isInstanceOf(HungException.class)
        .satisfies(e -> assertThat(ExitStatus.of(e)).isEqualTo(ExitStatus.HUNG));
  }

  @Test
  void singleRowsAreNotTriedOnceTheServiceEnds() {
    watch.end();

    assertThatThrownBy(() -> score(batch(1, 200, 2), new double[3][CLASSES]))
        .isInstanceOf(HungException.class);
  }

  /** Else the pace of commits would take all batches to be as slow. */
  @Test
  void whatHungIsNotTold() {
    List<Integer> told = new ArrayList<>();
    watch.tell((rows, time) -> told.add(rows));

    Map<Integer, String> unused = score(batch(1, 2, 200), new double[3][CLASSES]);

    assertThat(told).containsExactly(1, 1);
  }

  @Test
  void whatHungDoesNotRaiseTheBound() {
    Map<Integer, String> unused = score(batch(200), new double[1][CLASSES]);

    assertThat(watch.bound()).isEqualTo(HANG_AFTER);
    assertThat(watch.isBusy()).isFalse();
  }
}
