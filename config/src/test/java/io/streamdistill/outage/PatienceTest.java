package io.streamdistill.outage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.exit.ExitStatus;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class PatienceTest {

  private final List<String> told = new ArrayList<>();
  private final AtomicInteger calls = new AtomicInteger();

  private Patience patience(Duration maxOutage) {
    return new Patience(
        maxOutage, "--max-outage", e -> e instanceof UncheckedIOException, told::add);
  }

  private String failOnce() {
    if (calls.getAndIncrement() == 0) {
      throw new UncheckedIOException("nobody answers", new ConnectException());
    }
    return "answer";
  }

  private String failAlways() {
    calls.incrementAndGet();
    throw new UncheckedIOException("nobody answers", new ConnectException());
  }

  @Test
  void triesAgainAndSaysSo() {
    assertThat(patience(Duration.ZERO).through(this::failOnce)).isEqualTo("answer");

    assertThat(calls).hasValue(2);
    assertThat(told)
        .singleElement()
        .asString()
        .startsWith("waits: nobody answers; tried for ")
        .contains("the next attempt follows in", "--max-outage limits this");
  }

  @Test
  void endsWithTheStatusOfAnOutageWhenItTakesTooLong() {
    assertThatThrownBy(() -> patience(Duration.ofMillis(1_500)).through(this::failAlways))
        .isInstanceOfSatisfying(
            OutageException.class, e -> assertThat(ExitStatus.of(e)).isEqualTo(ExitStatus.OUTAGE))
        .hasMessageContaining("nobody answers")
        .hasMessageContaining("more than --max-outage allows");
    assertThat(calls).hasValueBetween(2, 4);
  }

  @Test
  void waitsForNothingElse() {
    assertThatThrownBy(
            () ->
                patience(Duration.ZERO)
                    .through(
                        () -> {
                          throw new IllegalStateException("a bug");
                        }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(told).isEmpty();
  }

  @Test
  void attemptsBecomeRareAndDoNotComeAllAtOnce() {
    Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30), new Random(1));
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      waits.add(backoff.next().toMillis());
    }

    assertThat(waits.get(0)).isBetween(750L, 1_250L);
    assertThat(waits.get(3)).isBetween(6_000L, 10_000L);
    assertThat(waits.subList(10, 50))
        .allSatisfy(wait -> assertThat(wait).isBetween(22_500L, 37_500L));
    assertThat(waits.subList(10, 50)).doesNotHaveDuplicates();
    backoff.reset();
    assertThat(backoff.next().toMillis()).isBetween(750L, 1_250L);
  }
}
