package io.streamdistill.records;

/**
 * Whether a record is fit for its topic's reader.
 *
 * @param <T> the decoded record
 */
public sealed interface Verdict<T> {

  /** The record is fit; {@code value} is its decoded form. */
  record Accepted<T>(T value) implements Verdict<T> {}

  /**
   * The record is not fit, and goes to the dead-letter topic.
   *
   * @param reason in which way, for metrics and headers
   * @param detail what was found and what was expected, without record contents
   */
  record Rejected<T>(Reason reason, String detail) implements Verdict<T> {}

  /** In which way a record is unfit. */
  enum Reason {
    /** No value at all. */
    EMPTY("empty"),
    /** Larger than the configured limit. */
    TOO_LARGE("too-large"),
    /** The framing is missing or cut short. */
    BAD_FRAMING("bad-framing"),
    /** Written with a schema that this build does not know. */
    UNKNOWN_SCHEMA("unknown-schema"),
    /** The body does not decode with its schema. */
    UNDECODABLE("undecodable"),
    /** The id is blank. */
    BLANK_ID("blank-id"),
    /** Another element type than the feature contract's. */
    WRONG_FEATURE_TYPE("wrong-feature-type"),
    /** Another feature length than the feature contract's. */
    WRONG_FEATURE_LENGTH("wrong-feature-length"),
    /** A feature is NaN or infinite. */
    NON_FINITE_FEATURES("non-finite-features"),
    /** The hard label is not one of the classes. */
    LABEL_OUT_OF_RANGE("label-out-of-range"),
    /** The weight is negative, NaN or infinite. */
    BAD_WEIGHT("bad-weight"),
    /** The teacher's answer to it is no distribution over the classes, or there is none. */
    BAD_ANSWER("bad-answer"),
    /** It has no key, and the topic of its soft target is compacted: there it would be refused. */
    NO_KEY("no-key"),
    /** The topic of its soft target refused that, for a reason that was not foreseen. */
    REFUSED("refused-by-topic"),
    /** The soft target does not decode to a distribution over the classes. */
    BAD_TARGETS("bad-targets"),
    /** The student's loss for it is not a finite number. */
    NON_FINITE_LOSS("non-finite-loss"),
    /** Class indices mean something else than here. */
    WRONG_CLASS_MAP("wrong-class-map");

    private final String label;

    Reason(String label) {
      this.label = label;
    }

    /** Metric tag and dead-letter header value. */
    public String label() {
      return label;
    }
  }
}
