package io.streamdistill.teacher.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Task;
import io.streamdistill.teacher.Logged;
import io.streamdistill.teacher.onnx.OnnxTeacher;
import io.streamdistill.teacher.onnx.OutputKind;
import io.streamdistill.teacher.onnx.Reading;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class OpeningTest {

  private static final Duration HANG_AFTER = Duration.ofSeconds(60);

  private final AtomicLong now = new AtomicLong();
  private final Opening opening = new Opening(HANG_AFTER, now::get);
  private final EngineWatch watch = new EngineWatch(HANG_AFTER, now::get);

  private void pass(int seconds) {
    now.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }

  @Test
  void saysNowAndThenWhatTakesLong() {
    List<String> lines =
        Logged.by(
            Opening.class,
            () -> {
              String unused =
                  opening.loads(
                      "large.onnx",
                      () -> {
                        for (int second = 0; second < 100; second++) {
                          pass(1);
                          opening.look();
                        }
                        assertThat(opening.problem())
                            .contains("large.onnx is loaded, for 100 s so far");
                        return "";
                      });
            });

    assertThat(lines)
        .containsExactly(
            "WARN large.onnx is loaded, for 10 s so far",
            "WARN large.onnx is loaded, for 20 s so far",
            "WARN large.onnx is loaded, for 40 s so far",
            "WARN large.onnx is loaded, for 80 s so far");
    assertThat(opening.problem()).isEmpty();
  }

  @Test
  void aRunThatTakesLongSaysAlsoWhenItCountsAsHung() {
    String unused =
        opening.tries(
            "slow.onnx",
            64,
            () -> {},
            () -> {
              pass(20);
              opening.look();
              assertThat(opening.problem().orElseThrow())
                  .isEqualTo(
                      "slow.onnx is tried on 64 rows of random features, for 20 s so far; it counts"
                          + " as hung after 60 s (teacher.limits.hang-after)");
              return "";
            });
  }

  @Test
  void aRunThatDoesNotGiveUpIsNotWaitedFor() {
    String unused =
        opening.tries(
            "stuck.onnx",
            1,
            () -> {},
            () -> {
              pass(89);
              opening.look();
              pass(2);
              assertThatThrownBy(opening::look)
                  .isInstanceOf(HungException.class)
                  .hasMessageContaining("stuck.onnx is tried on a row of random features")
                  .hasMessageContaining("does not give up");
              return "";
            });
  }

  @Test
  void aModelThatHangsInItsTrialEndsTheStart() {
    Opening impatient = new Opening(Duration.ofMillis(300), System::nanoTime);

    assertThatThrownBy(() -> impatient.run(watch, () -> open(impatient)))
        .isInstanceOf(HungException.class)
        .hasMessageContaining("hangs-where-large.onnx is tried on 8 rows of random features")
        .hasMessageContaining("teacher.limits.hang-after")
        .satisfies(e -> assertThat(ExitStatus.of(e)).isEqualTo(ExitStatus.HUNG));
    assertThat(watch.isBusy()).isFalse();
  }

  /** It hangs where features are 100 or more, and here all are. */
  private static Teacher open(Opening opening) {
    Task task =
        new Task(new FeatureContract(FeatureType.F32, List.of(16), 1, 1000), ClassMap.ofCount(4));
    return OnnxTeacher.open(
        Path.of("src/test/resources/models/hangs-where-large.onnx"),
        Reading.of(OutputKind.LOGITS),
        new TeacherSpec(task, 8, 1),
        opening);
  }

  @Test
  void whatFailsFailsAsItDidOnItsThread() {
    TeacherException failure = new TeacherException("no model");

    assertThatThrownBy(
            () ->
                opening.run(
                    watch,
                    () -> {
                      assertThat(watch.isBusy()).isTrue();
                      throw failure;
                    }))
        .isSameAs(failure);
  }
}
