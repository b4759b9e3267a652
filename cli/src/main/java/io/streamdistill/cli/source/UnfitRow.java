package io.streamdistill.cli.source;

import io.streamdistill.cli.source.Row.Fault;

/** Leaves the parsing of one row; its source turns it into a {@link Row.Malformed}. */
final class UnfitRow extends Exception {

  private static final long serialVersionUID = 1L;

  private final Fault fault;
  private final boolean asked;

  UnfitRow(Fault fault, String detail) {
    this(fault, detail, false);
  }

  private UnfitRow(Fault fault, String detail, boolean asked) {
    super(detail, null, false, false); // no stack trace: an unfit row is no bug
    this.fault = fault;
    this.asked = asked;
  }

  /** Of a kind that the user wants to be left out. */
  static UnfitRow asked(Fault fault, String detail) {
    return new UnfitRow(fault, detail, true);
  }

  Row.Malformed at(long index, String where) {
    return new Row.Malformed(index, fault, where, String.valueOf(getMessage()), asked);
  }
}
