package io.streamdistill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteSizeTest {

  @ParameterizedTest
  @CsvSource({
    "1048576, 1048576",
    "64KiB, 65536",
    "1MiB, 1048576",
    "2GiB, 2147483648",
    "1kB, 1000",
    "1KB, 1000",
    "3MB, 3000000",
    "0, 0",
    "12 B, 12"
  })
  void readsNumbersWithAndWithoutUnits(String text, long bytes) {
    assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "MiB", "-1", "1.5MiB", "1mib", "9999999999GiB", "99999999999999999999"})
  void refusesEverythingElse(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void printsTheLargestUnitThatFits() {
    assertThat(new ByteSize(1 << 20)).hasToString("1MiB");
    assertThat(new ByteSize(1000)).hasToString("1000B");
    assertThat(new ByteSize(0)).hasToString("0B");
  }
}
