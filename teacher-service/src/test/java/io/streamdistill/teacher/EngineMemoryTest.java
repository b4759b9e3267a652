package io.streamdistill.teacher;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Task;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EngineMemoryTest {

  private static final TeacherConfig CONFIG = Fixtures.config("logits"); // batches of 16

  @Test
  void ordinaryBatchesFit() {
    assertThatCode(() -> EngineMemory.check(CONFIG, new Task(Fixtures.CONTRACT, Fixtures.CLASSES)))
        .doesNotThrowAnyException();
  }

  @Test
  void namesTheBatchSizeThatFitsWhenFeaturesAreTooMany() {
    FeatureContract large = new FeatureContract(FeatureType.U8, List.of(50_000_000), 1, 0);

    assertThatThrownBy(() -> EngineMemory.check(CONFIG, new Task(large, Fixtures.CLASSES)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("teacher.batch-size 16 needs 3051 MiB")
        .hasMessageContaining("set it to at most 10");
  }

  @Test
  void namesTheBatchSizeThatFitsWhenClassesAreTooMany() {
    ClassMap classes = ClassMap.ofCount(1_000_000);
    TeacherConfig large = Fixtures.config("logits", "batch-size=64");

    assertThatThrownBy(() -> EngineMemory.check(large, new Task(Fixtures.CONTRACT, classes)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("teacher.batch-size 64 needs 1464 MiB for 1000000 classes")
        .hasMessageContaining("set it to at most ");
  }
}
