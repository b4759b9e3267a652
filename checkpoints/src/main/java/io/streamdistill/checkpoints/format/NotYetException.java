package io.streamdistill.checkpoints.format;

/** What is wanted does not exist yet, and may come; nothing is wrong. */
public final class NotYetException extends CheckpointException {

  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * Creates an exception.
   *
   * @param reason the part of the message that is worth repeating when it changes
   */
  public NotYetException(String message, String reason) {
    super(message);
    this.reason = reason;
  }

  public String reason() {
    return reason;
  }
}
