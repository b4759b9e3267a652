package io.streamdistill.teacher.topology;

import io.streamdistill.records.Verdict.Reason;

/** What to do about reasons for which records are rejected. */
final class Reasons {

  private Reasons() {}

  /** A sentence without its full stop. */
  static String remedy(Reason reason) {
    return switch (reason) {
      case BAD_ANSWER ->
          "The model, or how it is read, is wrong: check teacher.members and teacher.features";
      case WRONG_FEATURE_TYPE, WRONG_FEATURE_LENGTH ->
          "Check features.type and features.shape against what producers send";
      case NON_FINITE_FEATURES -> "Check what producers send, and features.scale";
      case LABEL_OUT_OF_RANGE -> "Check the list of classes against the labels";
      case TOO_LARGE -> "Check teacher.max-record-bytes and the topics' max.message.bytes";
      case NO_KEY -> "Set the soft-target topic's cleanup.policy to delete, or send keys";
      case REFUSED -> "Check the settings of the topics against what the broker says";
      default -> "Check what is written to the transfer set";
    };
  }
}
