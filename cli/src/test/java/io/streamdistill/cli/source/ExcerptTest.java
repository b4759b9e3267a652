package io.streamdistill.cli.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import org.junit.jupiter.api.Test;

final class ExcerptTest {

  @Test
  void isOneLineThatCommandsNoTerminal() {
    assertThat(Excerpt.of("a\r\nb\tc\u001b[2Jd\u0000é"))
        .isEqualTo("a\\r\\nb\tc\\u001b[2Jd\\u0000é");
  }

  @Test
  void isShort() {
    assertThat(Excerpt.of("x".repeat(5_000_000)))
        .hasSize(60 + 26)
        .endsWith("(5,000,000 characters)");
    assertThat(Excerpt.of(Collections.nCopies(1_000, "x"))).endsWith(", ... (1000 in all)");
  }
}
