package io.streamdistill.config;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Collects what is wrong with a configuration, so that one run reports all of it. */
final class Problems {

  /** Characters of a message; a value may be a file that slipped in. */
  private static final int MOST_CHARS = 2_000;

  private static final int MOST_SHOWN = 50;

  private final List<String> messages = new ArrayList<>();
  private final Set<String> keys = new HashSet<>();
  private boolean unreadable;

  @FormatMethod
  void add(@FormatString String format, Object... args) {
    messages.add(shortened(format.formatted(args)));
  }

  private static String shortened(String message) {
    return message.length() <= MOST_CHARS
        ? message
        : "%s ... %s (%d characters)"
            .formatted(
                message.substring(0, MOST_CHARS / 2),
                message.substring(message.length() - MOST_CHARS / 4),
                message.length());
  }

  /** Adds a problem with the value of {@code key}: it is not missing then. */
  @FormatMethod
  void addAt(String key, @FormatString String format, Object... args) {
    keys.add(key);
    add(format, args);
  }

  /** Adds a problem that hides all keys of a layer. */
  @FormatMethod
  void addUnreadable(@FormatString String format, Object... args) {
    unreadable = true;
    add(format, args);
  }

  /** Whether a key, or a section that it is in, has a problem already. */
  boolean concern(String key) {
    return keys.stream().anyMatch(at -> key.equals(at) || key.startsWith(at + "."));
  }

  /** Stops where going on would only report as missing what could not be read. */
  void throwIfUnreadable() {
    if (unreadable) {
      throwIfAny();
    }
  }

  void throwIfAny() {
    if (messages.size() == 1) {
      throw new ConfigException(messages.get(0));
    }
    if (!messages.isEmpty()) {
      throw new ConfigException(
          "%d problems in the configuration:%n  - %s%s"
              .formatted(
                  messages.size(),
                  messages.stream()
                      .limit(MOST_SHOWN)
                      .collect(Collectors.joining(System.lineSeparator() + "  - ")),
                  messages.size() > MOST_SHOWN
                      ? "%n  ... and %d more".formatted(messages.size() - MOST_SHOWN)
                      : ""));
    }
  }
}
