package io.streamdistill.core.config;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a configuration, so that one run reports all of it. */
final class Problems {

  private final List<String> messages = new ArrayList<>();

  @FormatMethod
  void add(@FormatString String format, Object... args) {
    messages.add(format.formatted(args));
  }

  void throwIfAny() {
    if (messages.size() == 1) {
      throw new ConfigException(messages.get(0));
    }
    if (!messages.isEmpty()) {
      throw new ConfigException(
          "%d problems in the configuration:%n  - %s"
              .formatted(messages.size(), String.join(System.lineSeparator() + "  - ", messages)));
    }
  }
}
