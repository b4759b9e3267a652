package io.streamdistill.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** With the exceptions that Kafka's own clients throw, where they can be had without a broker. */
final class KafkaFailureTest {

  private static final String PLAIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required ";

  @TempDir Path folder;

  private static Throwable failureOf(Map<String, String> more) {
    Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", "127.0.0.1:1"));
    settings.putAll(more);
    Throwable failure = catchThrowable(() -> Admin.create(settings).close());
    assertThat(failure).as("%s", more).isInstanceOf(KafkaException.class);
    return failure;
  }

  static Stream<Arguments> slips() {
    return Stream.of(
        Arguments.of(Map.of("bootstrap.servers", "broker"), "bootstrap.servers must be host:port"),
        Arguments.of(Map.of("request.timeout.ms", "soon"), "kafka.request.timeout.ms cannot be"),
        Arguments.of(Map.of("security.protocol", "TLS"), "kafka.security.protocol cannot be 'TLS'"),
        Arguments.of(Map.of("security.protocol", "SASL_SSL"), "sasl.jaas.config is missing"),
        Arguments.of(
            Map.of(
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                "org.example.Nowhere required;"),
            "names a login module that is not there"),
        Arguments.of(
            Map.of("security.protocol", "SSL", "ssl.truststore.location", "/no/such/store.jks"),
            "/no/such/store.jks"));
  }

  @ParameterizedTest
  @MethodSource("slips")
  void slipsOfTheKafkaSectionAreNamed(Map<String, String> settings, String expected) {
    Throwable failure = failureOf(settings);

    assertThat(KafkaFailure.describe(failure)).contains(expected);
    assertThat(KafkaFailure.isConfiguration(failure)).isTrue();
    assertThat(KafkaFailure.concerns(failure)).isTrue();
  }

  @Test
  void aHostThatIsNotKnownMayBeThereInAMoment() {
    Throwable failure = failureOf(Map.of("bootstrap.servers", "no-such-host.invalid:1"));

    assertThat(KafkaFailure.describe(failure)).contains("known to the name service");
    assertThat(KafkaFailure.isConfiguration(failure)).isFalse();
  }

  @Test
  void noPartOfAPasswordIsEverShown() {
    String secret = "Geheim";
    for (String jaas :
        new String[] {
          PLAIN + "username=\"u\" password=\"ab\"Geheim\";",
          PLAIN + "username=\"u\" password=\"Geheim\"",
          PLAIN + "username=\"u\" password=Geheim",
          PLAIN + "username=\"u\" \"Geheim\";",
          PLAIN.replace("required", "Geheim") + "password=\"x\";",
          "Geheim",
          "Geheim required;",
          "username=\"u\" password=\"Geheim\";",
          ""
        }) {
      Map<String, String> settings =
          Map.of(
              "security.protocol",
              "SASL_PLAINTEXT",
              "sasl.mechanism",
              "PLAIN",
              "sasl.jaas.config",
              jaas);
      Throwable failure = failureOf(settings);

      assertThat(KafkaFailure.describe(failure))
          .as(jaas)
          .contains("kafka.sasl.jaas.config")
          .doesNotContain(secret);
    }
  }

  @Test
  void aDenialNamesPrincipalOperationAndResource() {
    KafkaSettings alice =
        new KafkaSettings(
            Map.of(
                "bootstrap.servers",
                "b:1",
                "security.protocol",
                "SASL_SSL",
                "sasl.jaas.config",
                PLAIN + "username=\"alice\" password=\"Geheim\";"));

    assertThat(
            KafkaFailure.describe(
                new ExecutionException(new TopicAuthorizationException("Authorization failed.")),
                Access.toTopic(alice, "Create", "t")))
        .isEqualTo(
            "User:alice has no permission for Create on topic 't'; grant it: kafka-acls.sh --add"
                + " --allow-principal User:alice --operation Create --topic t");
    assertThat(
            KafkaFailure.describe(
                new TopicAuthorizationException(Set.of("seen")), Access.of(alice)))
        .startsWith("User:alice has no permission for Describe on topic 'seen'");
    assertThat(
            KafkaFailure.describe(
                GroupAuthorizationException.forGroupId("g"), Access.toTopic(alice, "Read", "t")))
        .startsWith("User:alice has no permission for Read on group 'g'");
    assertThat(
            KafkaFailure.describe(
                new TransactionalIdAuthorizationException("no"), Access.of(alice)))
        .contains("Write on transactional-id");
    assertThat(
            KafkaFailure.describe(
                new ClusterAuthorizationException("no"), Access.toTopic(alice, "Write", "t")))
        .contains("IdempotentWrite on the cluster");
    assertThat(KafkaFailure.describe(new TopicAuthorizationException("no")))
        .isEqualTo("the client lacks a permission: no");
  }
}
