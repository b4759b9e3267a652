package io.streamdistill.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NewTopicsTest {

  @Test
  void looksAgainUntilTheTopicIsThere() {
    Iterator<String> looks = List.of("missing", "missing", "there", "never asked").iterator();

    assertThat(NewTopics.await(looks::next, "missing"::equals)).isEqualTo("there");
    assertThat(looks.next()).isEqualTo("never asked");
  }

  @Test
  void givesUpOnOneThatIsMissing() {
    assertThat(NewTopics.await(() -> "missing", "missing"::equals, Duration.ofMillis(1)))
        .isEqualTo("missing");
  }

  @Test
  void endsWithItsThread() {
    Thread.currentThread().interrupt();

    assertThat(NewTopics.await(() -> "missing", "missing"::equals)).isEqualTo("missing");
    assertThat(Thread.interrupted()).isTrue();
  }
}
