package io.streamdistill.checkpoints;

/** What is wanted does not exist yet, and may come; nothing is wrong. */
final class NotYetException extends CheckpointException {

  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * Creates an exception.
   *
   * @param reason the part of the message that is worth repeating when it changes
   */
  NotYetException(String message, String reason) {
    super(message);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
