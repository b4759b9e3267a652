package io.streamdistill.cli.produce;

import io.streamdistill.cli.produce.Row.Fault;

/** Leaves the parsing of one row; its source turns it into a {@link Row.Malformed}. */
final class UnfitRow extends Exception {

  private static final long serialVersionUID = 1L;

  private final Fault fault;

  UnfitRow(Fault fault, String detail) {
    super(detail, null, false, false); // no stack trace: an unfit row is no bug
    this.fault = fault;
  }

  Row.Malformed at(long index, String where) {
    return new Row.Malformed(index, fault, where, String.valueOf(getMessage()));
  }
}
