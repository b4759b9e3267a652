package io.streamdistill.kafka;

import io.streamdistill.exit.FileReason;
import java.util.Objects;
import java.util.Optional;

/** What is said of logins, certificates and keys that do not do. No secret is repeated. */
final class SecurityFailure {

  private SecurityFailure() {}

  static Optional<String> store(Throwable failure) {
    String message = Objects.toString(failure.getMessage(), "");
    if (!message.startsWith("Failed to load SSL keystore") && !message.contains("truststore")) {
      return Optional.empty();
    }
    return Optional.of(
        message
            + FileReason.in(failure).map(reason -> ": " + reason).orElse("")
            + "; check kafka.ssl.keystore.* and kafka.ssl.truststore.*");
  }

  /** A quote too many makes a part of the password a name: nothing of the text is repeated. */
  static Optional<String> jaas(Throwable failure) {
    String message = Objects.toString(failure.getMessage(), "");
    if (!message.contains("JAAS") && !message.contains("jaas")) {
      return Optional.empty();
    }
    return Optional.of(
        message.contains("Could not find a")
            ? "kafka.sasl.jaas.config is missing, which kafka.security.protocol SASL_... needs; set"
                + " it, as docs/security.md shows"
            : "kafka.sasl.jaas.config cannot be read (it is not shown: it holds a secret); its form"
                + " is MODULE required username=\"...\" password=\"...\"; with the semicolon, and"
                + " with \\\" for a quote within a value");
  }

  static Optional<String> login(Throwable failure) {
    String message = Objects.toString(failure.getMessage(), "");
    return Optional.of(
        message.contains("LoginModule")
            ? "kafka.sasl.jaas.config names a login module that is not there; most likely it is"
                + " org.apache.kafka.common.security.scram.ScramLoginModule or"
                + " ...security.plain.PlainLoginModule"
            : "the login failed; check kafka.sasl.*");
  }

  static Optional<String> tls(Throwable failure) {
    String all =
        KafkaFailure.causes(failure)
            .map(Throwable::getMessage)
            .filter(Objects::nonNull)
            .toList()
            .toString();
    String remedy = "check kafka.ssl.*";
    if (all.contains("PKIX") || all.contains("unable to find valid certification path")) {
      remedy =
          "the broker's certificate is signed by nobody that is trusted here: name its CA with"
              + " kafka.ssl.truststore.location";
    } else if (all.contains("subject alternative") || all.contains("No name matching")) {
      remedy = "the broker's certificate is for another host name: use that one";
    } else if (all.contains("certificate_required") || all.contains("bad_certificate")) {
      remedy = "the broker wants a certificate of this client: set kafka.ssl.keystore.location";
    } else if (all.contains("Unsupported or unrecognized SSL message")) {
      remedy =
          "the port does not speak TLS: set kafka.security.protocol to PLAINTEXT, or SASL_"
              + "PLAINTEXT";
    }
    Throwable last = KafkaFailure.causes(failure).reduce((first, second) -> second).orElse(failure);
    return Optional.of("no TLS with the broker: %s; %s".formatted(last.getMessage(), remedy));
  }

  static Optional<String> noLogin(Throwable failure) {
    return Optional.of(
        "the broker wants no login here: set kafka.security.protocol without SASL_, or name its port"
            + " for logins ("
            + failure.getMessage()
            + ")");
  }

  static Optional<String> mechanism(Throwable failure) {
    return Optional.of(
        "the broker does not know this kafka.sasl.mechanism: " + failure.getMessage());
  }

  static Optional<String> credentials(Throwable failure) {
    return Optional.of(
        "the broker refuses the login: %s; check user and password in kafka.sasl.jaas.config, and"
                .formatted(failure.getMessage())
            + " kafka.sasl.mechanism");
  }
}
