package io.streamdistill.engine.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

final class NativeThreadsTest {

  @Test
  void setsTheThreadsOfBlas() {
    NativeThreads.configure(2);
    assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(2);

    NativeThreads.configure(1);
    assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(1);
  }

  @Test
  void warnsUnlessOpenMpHasOneThread() {
    assertThat(NativeThreads.warning("1")).isNull();
    assertThat(NativeThreads.warning(null)).contains("OMP_NUM_THREADS is not set");
    assertThat(NativeThreads.warning("4")).contains("OMP_NUM_THREADS is 4");
  }

  @Test
  void needsAtLeastOneThread() {
    assertThatThrownBy(() -> NativeThreads.configure(0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("student.threads");
  }
}
