package io.streamdistill.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.streamdistill.student.learning.LearningState;
import org.junit.jupiter.api.Test;

class TrainerLifeTest {

  private final TrainerLife life = new TrainerLife();

  @Test
  void aTrainerThatStartsHasNothingToShow() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    life.bindTo(registry);

    assertThat(life.assembly()).isEmpty();
    assertThat(life.training()).isEmpty();
    assertThat(life.isOver()).isFalse();
    assertThat(life.learning()).isEqualTo(LearningState.STARTING);
    assertThat(registry.get("distill.student.pass").gauge().value()).isZero();
    assertThat(registry.get("distill.student.examples.seen").gauge().value()).isZero();
    assertThat(registry.get("distill.student.recoveries").gauge().value()).isZero();
  }

  @Test
  void noPhaseIsLeftOut() {
    assertThatThrownBy(life::start).hasMessage("a trainer cannot begin to train in phase Starting");
    assertThatThrownBy(life::end).hasMessage("a trainer cannot end in phase Starting");
    assertThatThrownBy(life::progress).isInstanceOf(IllegalStateException.class);
  }
}
