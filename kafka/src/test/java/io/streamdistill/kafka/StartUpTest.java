package io.streamdistill.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.StartUp.Limit;
import io.streamdistill.outage.OutageException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class StartUpTest {

  private final AtomicBoolean stopping = new AtomicBoolean();

  private StartUp startUp(Duration maxOutage) {
    return new StartUp(
        KafkaSettings.of("broker-1:9092"),
        new Limit(maxOutage, "service.limits.max-outage"),
        UncheckedIOException.class::isInstance,
        stopping::get);
  }

  /** Fails {@code times} times, and says what is told meanwhile. */
  private static int attempts(StartUp startUp, int times, RuntimeException failure) {
    AtomicInteger attempts = new AtomicInteger();
    return startUp.await(
        () -> {
          if (attempts.getAndIncrement() < times) {
            throw failure;
          }
          assertThat(startUp.problem().isPresent()).isEqualTo(times > 0);
          return attempts.get();
        });
  }

  static Stream<RuntimeException> passing() {
    return Stream.of(
        new TimeoutException("no node"),
        new BrokerException("Kafka at broker-1:9092 did not list topics", null),
        new KafkaException(
            "Failed to create new KafkaAdminClient",
            new org.apache.kafka.common.config.ConfigException(
                "No resolvable bootstrap urls given")),
        new UncheckedIOException("the store is away", new java.io.IOException()));
  }

  @ParameterizedTest
  @MethodSource("passing")
  void triesAgainWhatMayPass(RuntimeException failure) {
    StartUp startUp = startUp(Duration.ZERO);

    assertThat(attempts(startUp, 1, failure)).isEqualTo(2);

    assertThat(startUp.problem()).isEmpty();
  }

  @Test
  void waitsNoLongerThanItMayAndNamesTheKey() {
    assertThatThrownBy(
            () -> attempts(startUp(Duration.ofMillis(1)), 9, new TimeoutException("no node")))
        .isInstanceOf(OutageException.class)
        .hasMessageStartingWith("Kafka at broker-1:9092 does not answer (no node)")
        .hasMessageContaining("longer than service.limits.max-outage allows")
        .satisfies(e -> assertThat(ExitStatus.of(e)).isEqualTo(ExitStatus.OUTAGE));
  }

  static Stream<RuntimeException> refusing() {
    return Stream.of(
        new SaslAuthenticationException("Authentication failed"),
        new TopicAuthorizationException("Authentication failed"),
        new BrokerException(
            "Authentication failed", new SaslAuthenticationException("no such user")),
        new IllegalStateException(
            "in a store", new SaslAuthenticationException("Authentication failed")));
  }

  @ParameterizedTest
  @MethodSource("refusing")
  void whatKafkaRefusesItRefusesAgain(RuntimeException failure) {
    assertThatThrownBy(() -> attempts(startUp(Duration.ZERO), 9, failure))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Kafka at broker-1:9092 refuses: ")
        .hasMessageContaining("Authentication failed")
        .hasMessageContaining("correct the kafka block, or grant what is missing");
  }

  @Test
  void whatIsNobodysOutageIsNotTriedAgain() {
    RuntimeException bug = new IllegalStateException("a bug");
    RuntimeException known = new ConfigException("a key is wrong");

    assertThatThrownBy(() -> attempts(startUp(Duration.ZERO), 9, bug)).isSameAs(bug);
    assertThatThrownBy(() -> attempts(startUp(Duration.ZERO), 9, known)).isSameAs(known);
  }

  @Test
  void waitsForNothingOnceNobodyWantsTheService() {
    stopping.set(true);

    assertThatThrownBy(() -> attempts(startUp(Duration.ZERO), 9, new TimeoutException("no node")))
        .isInstanceOf(OutageException.class)
        .hasMessage("stopped before it could start: no node");
  }
}
