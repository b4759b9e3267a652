package io.streamdistill.teacher.topology;

import io.streamdistill.records.TransferValidator;
import io.streamdistill.records.Verdict;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.schema.TransferExample;
import io.streamdistill.wire.Codecs;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says of a record, before it is scored, whether its soft target could be made and published. */
public final class RecordJudge {

  private static final Logger log = LoggerFactory.getLogger(RecordJudge.class);

  /** Upper bound of what framing, versions and lengths add to features and id. */
  private static final int SOFT_TARGET_OVERHEAD = 512;

  private final RecordLimits limits;
  private final TransferValidator validator;
  private final int growth; // bytes that a soft target has more than its example

  /** For records that are to be scored like that. */
  public RecordJudge(Scoring scoring) {
    limits = scoring.limits();
    validator =
        new TransferValidator(
            Codecs.transferExample(),
            scoring.contract(),
            scoring.classMap(),
            limits.maxRecordBytes());
    growth = SOFT_TARGET_OVERHEAD + scoring.encoding().bytes(scoring.classMap().count());
  }

  Verdict<TransferExample> judge(TransferRecord record) {
    Verdict<TransferExample> verdict = judge(record.value());
    if (!(verdict instanceof Accepted<TransferExample> accepted)) {
      return verdict;
    }
    if (record.key() == null && limits.outputs().softTargets().keyed()) {
      return new Rejected<>(
          Reason.NO_KEY,
          "it has no key, and the topic of soft targets is compacted, which takes none without; set"
              + " its cleanup.policy to delete");
    }
    // An id that is not UTF-8 grows threefold when it is written again.
    int idGrowth = 3 * accepted.value().getId().length();
    long softTargetBytes = (long) record.bytes() + idGrowth + growth;
    if (softTargetBytes <= limits.largestSoftTarget()) {
      return verdict;
    }
    return new Rejected<>(
        Reason.TOO_LARGE,
        "its soft target may have %d bytes, the topic takes %d; raise the topic's max.message.bytes"
            .formatted(softTargetBytes, limits.largestSoftTarget()));
  }

  /** Judges a value alone. */
  public Verdict<TransferExample> judge(byte @Nullable [] value) {
    try {
      return validator.validate(value);
    } catch (RuntimeException e) { // one record must not stop the service
      log.warn("A record cannot be judged; it counts as undecodable", e);
      return new Rejected<>(Reason.UNDECODABLE, "it cannot be judged: " + e);
    }
  }
}
