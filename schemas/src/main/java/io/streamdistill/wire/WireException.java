package io.streamdistill.wire;

/** Bytes that are not a record of the expected type; {@link #fault} says in which way. */
public final class WireException extends RuntimeException {

  /** What is wrong with the bytes. */
  public enum Fault {
    /** The framing is missing or cut short. */
    FRAMING("bad-framing"),
    /** The framing is right, but names a schema that this build does not know. */
    UNKNOWN_SCHEMA("unknown-schema"),
    /** The schema is known, but the body does not decode with it, or bytes are left over. */
    BODY("undecodable");

    private final String label;

    Fault(String label) {
      this.label = label;
    }

    /** Metric tag and header value. */
    public String label() {
      return label;
    }
  }

  private static final long serialVersionUID = 1L;

  private final Fault fault;

  /** Creates the exception; {@code message} says what was found and what to do. */
  public WireException(Fault fault, String message) {
    super(message);
    this.fault = fault;
  }

  /** Creates the exception with the decoder's own complaint as its cause. */
  public WireException(Fault fault, String message, Throwable cause) {
    super(message, cause);
    this.fault = fault;
  }

  /** What is wrong with the bytes. */
  public Fault fault() {
    return fault;
  }
}
