package io.streamdistill.config;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.exit.HasExitStatus;
import org.jspecify.annotations.Nullable;

/** A configuration that cannot be used; the message names key, value and remedy. */
public final class ConfigException extends RuntimeException implements HasExitStatus {

  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} names key, value and remedy. */
  public ConfigException(String message) {
    super(message);
  }

  /** Creates the exception with what brought it to light. */
  public ConfigException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public ExitStatus exitStatus() {
    return ExitStatus.CONFIGURATION;
  }
}
