package io.streamdistill.cli.failure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.cli.logging.LogSettings;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The line that says why a command failed: for people, or, where the log is JSON, an event like
 * those of the log, so that whoever collects it finds the end of a process, too.
 *
 * @param json whether the log is JSON
 */
public record ErrorLine(boolean json, InstantSource clock) {

  /** Text, whatever the log is. */
  static final ErrorLine FOR_PEOPLE = new ErrorLine(false, InstantSource.system());

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The line that an environment wants. */
  public static ErrorLine of(Map<String, String> environment) {
    return new ErrorLine(LogSettings.isJson(environment), InstantSource.system());
  }

  /**
   * Prints it.
   *
   * @param message what happened, and what to do
   * @param hint a line more for people; may be empty
   */
  void print(PrintWriter err, String message, String hint, int exitCode) {
    if (json) {
      err.println(event(hint.isEmpty() ? message : message + " " + hint, exitCode));
    } else {
      err.println("error: " + message);
      if (!hint.isEmpty()) {
        err.println(hint);
      }
    }
    err.flush();
  }

  private String event(String message, int exitCode) {
    Map<String, Object> event = new LinkedHashMap<>(); // the fields of logback's JsonEncoder
    event.put("timestamp", clock.millis());
    event.put("level", "ERROR");
    event.put("threadName", Thread.currentThread().getName());
    event.put("loggerName", "io.streamdistill.cli.Distill");
    event.put("mdc", Map.of());
    event.put("formattedMessage", message);
    event.put("throwable", null);
    event.put("exitCode", exitCode);
    try {
      return MAPPER.writeValueAsString(event);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers can be written", e);
    }
  }
}
