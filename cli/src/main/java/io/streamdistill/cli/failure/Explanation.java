package io.streamdistill.cli.failure;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.exit.FileReason;
import io.streamdistill.kafka.KafkaFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a failure is about, for failures that are not StreamDistill's own and that a user can cause
 * all the same: with Kafka's settings, files, ports, libraries.
 *
 * @param message what happened, and what to do
 */
record Explanation(String message, ExitStatus status) {

  private static final String OWN = "io.streamdistill.";

  /** Explains; empty for a failure that nobody has foreseen. */
  static Optional<Explanation> of(Throwable failure) {
    if (failure.getClass().getName().startsWith(OWN)) {
      String message = Objects.requireNonNullElse(failure.getMessage(), failure.toString());
      ExitStatus status = ExitStatus.of(failure);
      boolean settings = status == ExitStatus.FAILURE && KafkaFailure.isConfiguration(failure);
      return Optional.of(new Explanation(message, settings ? ExitStatus.CONFIGURATION : status));
    }
    Optional<Throwable> own =
        causes(failure).filter(cause -> cause.getClass().getName().startsWith(OWN)).findFirst();
    if (own.isPresent() && !(failure instanceof Error)) {
      return of(own.get());
    }
    return NativeLibraries.explain(failure)
        .map(message -> new Explanation(message, ExitStatus.FAILURE))
        .or(() -> ofKafka(failure))
        .or(() -> ofFiles(failure));
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(20);
  }

  private static Optional<Explanation> ofKafka(Throwable failure) {
    return KafkaFailure.concerns(failure)
        ? Optional.of(
            new Explanation(
                "Kafka: " + KafkaFailure.describe(failure),
                KafkaFailure.isConfiguration(failure)
                    ? ExitStatus.CONFIGURATION
                    : ExitStatus.FAILURE))
        : Optional.empty();
  }

  private static Optional<Explanation> ofFiles(Throwable failure) {
    if (failure instanceof InvalidPathException path) {
      return Optional.of(
          new Explanation(
              "'%s' is no path here: %s; set LC_ALL=C.UTF-8 if it has letters beyond ASCII"
                  .formatted(path.getInput(), path.getReason()),
              ExitStatus.CONFIGURATION));
    }
    if (causes(failure).anyMatch(BindException.class::isInstance)) {
      return Optional.of(
          new Explanation(
              "a port cannot be used: %s; stop who listens there, or name another one"
                  .formatted(FileReason.in(failure).orElse(failure.toString())),
              ExitStatus.FAILURE));
    }
    boolean file = failure instanceof IOException || failure instanceof UncheckedIOException;
    boolean named = causes(failure).anyMatch(FileSystemException.class::isInstance);
    return file
        ? FileReason.in(failure)
            .map(reason -> named ? reason : "reading or writing failed: " + reason)
            .map(reason -> new Explanation(reason, ExitStatus.FAILURE))
        : Optional.empty();
  }
}
