package io.streamdistill.records;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CountedTest {

  @Test
  void oneIsNotMany() {
    assertThat(Counted.of(0, "example")).isEqualTo("0 examples");
    assertThat(Counted.of(1, "example")).isEqualTo("1 example");
    assertThat(Counted.of(2_000, "row")).isEqualTo("2,000 rows");
  }
}
