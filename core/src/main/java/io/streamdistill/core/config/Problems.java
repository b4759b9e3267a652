package io.streamdistill.core.config;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong with a configuration, so that one run reports all of it. */
final class Problems {

  private final List<String> messages = new ArrayList<>();
  private final Set<String> keys = new HashSet<>();
  private boolean unreadable;

  @FormatMethod
  void add(@FormatString String format, Object... args) {
    messages.add(format.formatted(args));
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
          "%d problems in the configuration:%n  - %s"
              .formatted(messages.size(), String.join(System.lineSeparator() + "  - ", messages)));
    }
  }
}
