package io.streamdistill.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class ProcFilesTest {

  @Test
  void addsUserAndKernelTimeWhateverTheProcessIsCalled() {
    String stat = "42 (a (b) c) S 1 42 42 0 -1 4194304 1 2 3 4 1500 250 7 8 20 0 31 0 99 5 6";

    assertThat(ProcFiles.cpuTicks(stat)).isEqualTo(1750);
  }

  @Test
  void readsResidentMemory() {
    assertThat(ProcFiles.rssBytes("VmHWM:\t  900 kB\nVmRSS:\t  123 kB\nRssAnon:\t 1 kB\n"))
        .isEqualTo(123 * 1024);
    assertThatThrownBy(() -> ProcFiles.rssBytes("Name: x\n")).hasMessageContaining("no VmRSS");
  }

  @Test
  void metersThisProcess() {
    ProcessMeter self = ProcessMeter.self();

    assertThat(self.cpuSeconds()).isPositive();
    assertThat(self.rssBytes()).isGreaterThan(1 << 20);
  }
}
