package io.streamdistill.cli.logging;

import static io.streamdistill.config.Require.require;

import java.util.List;
import java.util.Map;

/** The environment variables that {@code logback.xml} reads. */
public final class LogSettings {

  private static final Map<String, List<String>> VALUES =
      Map.of(
          "DISTILL_LOG_FORMAT", List.of("text", "json"),
          "DISTILL_LOG_LEVEL", List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF"));

  private LogSettings() {}

  /** Whether the log is JSON, an event a line. */
  public static boolean isJson(Map<String, String> environment) {
    return "json".equals(environment.get("DISTILL_LOG_FORMAT"));
  }

  /**
   * Checks them; logback would take a wrong one for another, or log nothing.
   *
   * @throws io.streamdistill.config.ConfigException when one has no value that is known
   */
  public static void check(Map<String, String> environment) {
    VALUES.forEach(
        (variable, values) -> {
          String value = environment.getOrDefault(variable, values.get(0));
          require(
              values.contains(value),
              "%s must be one of %s, got '%s'",
              variable,
              String.join(", ", values),
              value);
        });
  }
}
