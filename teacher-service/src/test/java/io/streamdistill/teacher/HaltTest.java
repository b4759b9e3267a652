package io.streamdistill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.teacher.engine.HungException;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.scripted.ScriptedTeachers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A start that fails, with and without a thread that is still inside of the engine. */
final class HaltTest {

  private final List<Integer> halted = new ArrayList<>();

  private void start(String member) {
    TeacherConfig config =
        TeacherConfig.of("members=[{%s}]".formatted(member), "limits.hang-after=1s", "http.port=0");
    TeacherService.start(
        new Assignment(
            config,
            KafkaSettings.of("127.0.0.1:1"),
            TopicsConfig.defaults(),
            Fixtures.TASK,
            Fixtures.FORMAT),
        halted::add);
  }

  /** The JVM's shutdown would free the engine's memory under the thread. */
  @Test
  @Timeout(60)
  void aModelThatHangsAndDoesNotGiveUpHaltsTheProcess() {
    try {
      assertThatThrownBy(() -> start("script: stuck, stuck: true"))
          .isInstanceOf(HungException.class)
          .hasMessageContaining("stuck is tried on a row", "does not give up");
    } finally {
      ScriptedTeachers.letGo();
    }

    assertThat(halted).containsExactly(ExitStatus.HUNG.code());
  }

  @Test
  void aModelThatFailsEndsTheStartInTheOrdinaryWay() {
    assertThatThrownBy(() -> start("script: broken, broken-after: -1"))
        .isInstanceOf(TeacherException.class);

    assertThat(halted).isEmpty();
  }
}
