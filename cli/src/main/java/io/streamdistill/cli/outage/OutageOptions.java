package io.streamdistill.cli.outage;

import io.streamdistill.checkpoints.format.UnreachableException;
import io.streamdistill.config.Durations;
import io.streamdistill.kafka.Outage;
import io.streamdistill.outage.Patience;
import java.io.PrintWriter;
import java.time.DateTimeException;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How long a command waits for Kafka and for stores. */
public final class OutageOptions {

  /** The option, for messages. */
  public static final String NAME = "--max-outage";

  @Option(
      names = NAME,
      paramLabel = "DURATION",
      converter = Converter.class,
      description =
          "how long Kafka or a store may be away, e.g. 30s or 10m, before the command ends with exit"
              + " code 6; default: 0, which waits for ever, and says so")
  private Duration maxOutage = Duration.ZERO;

  /** Reads durations as the configuration has them. */
  static final class Converter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return Durations.parse(text);
      } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
        throw new TypeConversionException(
            "must be a duration such as 30s, 10m or 1h, or 0, got '%s'".formatted(text));
      }
    }
  }

  /** Longest outage; 0 for no limit. */
  public Duration maxOutage() {
    return maxOutage;
  }

  /**
   * Tries again what fails for an outage.
   *
   * @param err told what is waited for
   */
  public Patience patience(PrintWriter err) {
    return new Patience(
        maxOutage,
        NAME,
        OutageOptions::isOutage,
        line -> {
          err.println(line);
          err.flush();
        });
  }

  private static boolean isOutage(Throwable failure) {
    return failure instanceof UnreachableException || Outage.isBehind(failure);
  }
}
