package io.streamdistill.cli.produce;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.exit.HasExitStatus;
import org.apache.kafka.common.errors.TimeoutException;

/** Production that stopped; says at which row or broker, why, and what to do. */
public final class ProduceException extends RuntimeException implements HasExitStatus {

  private static final long serialVersionUID = 1L;

  ProduceException(String message) {
    super(message);
  }

  ProduceException(String message, Throwable cause) {
    super(message, cause);
  }

  /** That of an outage, when the broker was away for longer than a record waits. */
  @Override
  public ExitStatus exitStatus() {
    return getCause() instanceof TimeoutException ? ExitStatus.OUTAGE : ExitStatus.FAILURE;
  }
}
