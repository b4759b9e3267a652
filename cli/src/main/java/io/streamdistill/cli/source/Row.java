package io.streamdistill.cli.source;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What one row of a source turned out to be. */
public sealed interface Row {

  /** Number of the row in its source, from 0; unfit rows count too, so that it never shifts. */
  long index();

  /**
   * A row that is fit.
   *
   * @param index number of the row in its source, from 0
   * @param id its own id; null when the source has none
   * @param features (length) elements in the contract's type, little-endian
   * @param label class index, or null when unknown
   * @param weight finite and >= 0; 1 when the source has none
   * @param eventTime when it came into being; null when the source does not say
   */
  record Example(
      long index,
      @Nullable String id,
      ByteBuffer features,
      @Nullable Integer label,
      float weight,
      @Nullable Instant eventTime)
      implements Row {}

  /**
   * A row that is not fit.
   *
   * @param where file and line
   * @param detail the column and value found, and what was expected
   * @param asked whether the user asked for rows with this fault to be left out
   */
  record Malformed(long index, Fault fault, String where, String detail, boolean asked)
      implements Row {
    @Override
    public String toString() {
      return where + ": " + detail;
    }
  }

  /** In which way a row is unfit. */
  enum Fault {
    /** Bytes that are no text in the file's encoding. */
    BAD_ENCODING("bad-encoding"),
    /** A line beyond any length that makes sense. */
    TOO_LONG("line-too-long"),
    /** A quote that never ends, or ends in the middle of a value. */
    BAD_QUOTE("bad-quote"),
    /** More or fewer columns than the header has. */
    WRONG_COLUMN_COUNT("wrong-column-count"),
    /** Not one JSON object with the known fields. */
    BAD_JSON("bad-json"),
    /** An id that is blank. */
    BLANK_ID("blank-id"),
    /** An id that is too long, or no text. */
    BAD_ID("bad-id"),
    /** More or fewer features than the contract has elements. */
    WRONG_FEATURE_LENGTH("wrong-feature-length"),
    /** A feature that is not there, and for which nothing stands in. */
    MISSING_VALUE("missing-value"),
    /** A feature that the contract's element type cannot hold. */
    BAD_FEATURE("bad-feature"),
    /** A label that is no class. */
    UNKNOWN_LABEL("unknown-label"),
    /** A weight that is negative or not finite. */
    BAD_WEIGHT("bad-weight"),
    /** An event time that is no time. */
    BAD_EVENT_TIME("bad-event-time");

    private final String label;

    Fault(String label) {
      this.label = label;
    }

    /** The name under which unfit rows are counted and reported. */
    public String label() {
      return label;
    }
  }
}
