package io.streamdistill.config;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;

/** The one check that configuration records use. */
public final class Require {

  private Require() {}

  /**
   * Does nothing when {@code condition} holds.
   *
   * @param format names the key, the value found and the remedy
   * @throws ConfigException when {@code condition} does not hold
   */
  @FormatMethod
  public static void require(boolean condition, @FormatString String format, Object... args) {
    if (!condition) {
      throw new ConfigException(format.formatted(args));
    }
  }
}
