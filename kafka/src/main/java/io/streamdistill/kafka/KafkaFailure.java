package io.streamdistill.kafka;

import io.streamdistill.exit.FileReason;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.security.auth.login.LoginException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.IllegalSaslStateException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * What a failure that Kafka's clients met is about, and what to do, in one line. Kafka tells it in
 * the cause of a cause, if at all. Texts that may hold a part of a secret are never repeated.
 */
public final class KafkaFailure {

  /** What is said of one kind of failure. */
  private record Rule(Class<?> kind, Function<Throwable, Optional<String>> words) {
    Optional<String> of(Throwable failure) {
      return kind.isInstance(failure) ? words.apply(failure) : Optional.empty();
    }
  }

  private static final String UNKNOWN_HOST = "No resolvable bootstrap urls";

  private static final Pattern INVALID_VALUE =
      Pattern.compile(
          "Invalid value (?<value>.*) for configuration (?<key>[\\w.]+)(: (?<why>.*))?");

  private static final List<Rule> RULES =
      List.of(
          new Rule(KafkaException.class, SecurityFailure::store),
          new Rule(ConfigException.class, KafkaFailure::setting),
          new Rule(IllegalArgumentException.class, SecurityFailure::jaas),
          new Rule(LoginException.class, SecurityFailure::login),
          new Rule(SslAuthenticationException.class, SecurityFailure::tls),
          new Rule(UnsupportedSaslMechanismException.class, SecurityFailure::mechanism),
          new Rule(IllegalSaslStateException.class, SecurityFailure::noLogin),
          new Rule(SaslAuthenticationException.class, SecurityFailure::credentials),
          new Rule(
              UnknownTopicOrPartitionException.class,
              failure ->
                  Optional.of(
                      "there is no such topic, or it may not be seen (%s)"
                          .formatted(failure.getMessage()))),
          new Rule(
              InvalidReplicationFactorException.class,
              failure ->
                  Optional.of(failure.getMessage() + "; set topics.replication to what there is")),
          new Rule(
              RecordTooLargeException.class,
              failure ->
                  Optional.of(
                      failure.getMessage()
                          + "; raise the topic's max.message.bytes and"
                          + " kafka.producer.max.request.size")),
          new Rule(
              UnsupportedVersionException.class,
              failure ->
                  Optional.of(
                      failure.getMessage()
                          + "; the broker is too old: Kafka 4.0 or later is"
                          + " needed")),
          new Rule(
              TimeoutException.class,
              failure -> Optional.of("no answer in time (%s)".formatted(failure.getMessage()))),
          new Rule(
              IOException.class, failure -> Optional.of(FileReason.of((IOException) failure))));

  private KafkaFailure() {}

  /** Whether Kafka's clients are where a failure comes from. */
  public static boolean concerns(Throwable failure) {
    return causes(failure).anyMatch(KafkaException.class::isInstance);
  }

  /**
   * Whether a failure will not go away before the configuration is changed. A host that is not
   * known may be there in a moment.
   */
  public static boolean isConfiguration(Throwable failure) {
    boolean unknownHost =
        causes(failure)
            .anyMatch(cause -> Objects.toString(cause.getMessage(), "").startsWith(UNKNOWN_HOST));
    return !unknownHost
        && causes(failure)
            .anyMatch(
                cause ->
                    cause instanceof ConfigException
                        || cause instanceof LoginException
                        || SecurityFailure.jaas(cause).isPresent()
                        || isConstruction(cause));
  }

  /** Clients are made without Kafka: what fails then is settings, and files that they name. */
  private static boolean isConstruction(Throwable cause) {
    return cause instanceof KafkaException
        && Objects.toString(cause.getMessage(), "").matches("Failed to (create new|construct) .*");
  }

  /** What it is about, and what to do. */
  public static String describe(Throwable failure) {
    return describe(failure, Access.UNKNOWN);
  }

  /**
   * What it is about, and what to do.
   *
   * @param tried what the client was about to do, for a broker that does not permit it
   */
  public static String describe(Throwable failure, Access tried) {
    List<Throwable> causes = causes(failure).toList();
    for (Throwable cause : causes) {
      if (cause instanceof AuthorizationException denied) {
        return tried.denied(denied);
      }
    }
    for (Throwable cause : causes) {
      for (Rule rule : RULES) {
        Optional<String> words = rule.of(cause);
        if (words.isPresent()) {
          return words.get();
        }
      }
    }
    Throwable last = causes.get(causes.size() - 1);
    return Objects.requireNonNullElse(last.getMessage(), last.getClass().getSimpleName());
  }

  static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .filter(cause -> !(cause instanceof ExecutionException) || cause.getCause() == null)
        .limit(20);
  }

  private static Optional<String> setting(Throwable failure) {
    String message = Objects.toString(failure.getMessage(), "");
    if (message.startsWith(UNKNOWN_HOST)) {
      return Optional.of(
          "no host in kafka.bootstrap.servers is known to the name service; correct it, or the"
              + " resolver of this machine");
    }
    if (message.contains("bootstrap.servers")) {
      return Optional.of("kafka.bootstrap.servers must be host:port[,host:port...]: " + message);
    }
    Matcher invalid = INVALID_VALUE.matcher(message);
    if (invalid.matches()) {
      boolean secret = invalid.group("key").matches(".*(password|jaas|secret|token|key).*");
      return Optional.of(
          "kafka.%s cannot be %s%s"
              .formatted(
                  invalid.group("key"),
                  secret ? "what it is" : "'" + invalid.group("value") + "'",
                  invalid.group("why") == null ? "" : ": " + invalid.group("why")));
    }
    return Optional.of("the kafka section: " + message);
  }
}
