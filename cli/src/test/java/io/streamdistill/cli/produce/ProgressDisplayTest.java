package io.streamdistill.cli.produce;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ProgressDisplayTest {

  private final StringWriter out = new StringWriter();
  private long now;

  @Test
  void printsALineEveryFewSecondsWithoutATerminal() {
    ProgressDisplay lines = new ProgressDisplay.Lines(new PrintWriter(out), () -> now);

    report(lines, 4_000, 4);
    assertThat(out.toString()).isEmpty();
    report(lines, 5_000, 1);
    assertThat(out.toString().strip()).isEqualTo("produced 5,000 examples, 1,000/s");
    lines.expect(60_000);
    report(lines, 9_000, 4);
    report(lines, 20_000, 1);

    assertThat(out.toString()).hasLineCount(2);
    assertThat(out.toString()).endsWith("produced 20,000 of 60,000 examples, 2,000/s\n");
  }

  private void report(ProgressDisplay display, long produced, int secondsLater) {
    now += Duration.ofSeconds(secondsLater).toNanos();
    display.accept(produced);
  }
}
