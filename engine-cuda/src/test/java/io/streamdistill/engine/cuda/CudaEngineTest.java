package io.streamdistill.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.streamdistill.config.ConfigException;
import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.Pupil;
import io.streamdistill.engine.StudentEngines;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.objective.DistillationConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CudaEngineTest {

  private static final StudentSpec DENSE =
      new StudentSpec(4, 3, new StudentSpec.Dense(List.of(5)), OptimizerConfig.adam(), 1);

  @Test
  void withoutADriverItSaysWhatIsMissing() {
    assumeTrue(!Files.exists(Path.of("/proc/driver/nvidia")), "this machine has a driver");

    assertThat(new CudaEngine().objection(DENSE))
        .hasValueSatisfying(
            objection ->
                assertThat(objection).startsWith("finds no usable NVIDIA driver: libcuda.so.1: "));
    assertThatThrownBy(() -> new CudaEngine().prepare(1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("libcuda.so.1");
    assertThatThrownBy(() -> StudentEngines.find().choose("cuda", DENSE))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("student.engine cuda finds no usable NVIDIA driver");
  }

  @Test
  void autoTakesTheOtherEngine() {
    assertThat(StudentEngines.find().choose("auto", DENSE).name()).isEqualTo("dl4j");
  }

  @Test
  void otherNotationsAreRefused() {
    StudentSpec described =
        new StudentSpec(
            4, 3, new StudentSpec.Described("dl4j", "{}", "net.json"), OptimizerConfig.adam(), 1);

    assertThat(new CudaEngine().objection(described))
        .hasValueSatisfying(objection -> assertThat(objection).contains("notation dl4j"));
    assertThatThrownBy(() -> new CudaEngine().plan(described))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("notation dl4j");
  }

  @Test
  void whatIsTooLargeIsRefusedBeforeADeviceIsOpened() {
    DensePlan plan = (DensePlan) new CudaEngine().plan(DENSE);

    assertThatThrownBy(
            () -> plan.build(Pupil.setup(4, DistillationConfig.DEFAULT, Integer.MAX_VALUE)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("student.batch-size 2147483647 is too large for student.engine cuda")
        .hasMessageContaining("it may be 22369621");
    StudentSpec wide =
        new StudentSpec(
            100_000, 3, new StudentSpec.Dense(List.of(100_000)), OptimizerConfig.adam(), 1);
    assertThatThrownBy(
            () ->
                new CudaEngine()
                    .plan(wide)
                    .build(Pupil.setup(100_000, DistillationConfig.DEFAULT, 1)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("students of 2 GiB at most");
  }

  @Test
  void sizesAreKnownBeforeAnythingIsAllocated() {
    DensePlan plan = (DensePlan) new CudaEngine().plan(DENSE);

    assertThat(plan.parameters()).isEqualTo(4 * 5 + 5 + 5 * 3 + 3);
    assertThat(plan.size().activations()).isEqualTo(4 + 5 + 3);
    assertThat(plan.outputWidth()).isEqualTo(5);
    StudentSpec huge =
        new StudentSpec(
            Integer.MAX_VALUE,
            3,
            new StudentSpec.Dense(List.of(Integer.MAX_VALUE, Integer.MAX_VALUE)),
            OptimizerConfig.adam(),
            1);
    assertThatThrownBy(() -> new CudaEngine().plan(huge).size())
        .isInstanceOf(ArithmeticException.class);
  }
}
