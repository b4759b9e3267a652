package io.streamdistill.teacher.topology;

import io.streamdistill.records.Example;
import io.streamdistill.records.RecordRules;
import io.streamdistill.records.Verdict;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.records.format.SourceRecord;
import io.streamdistill.records.format.TransferReader;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says of a record, before it is scored, whether its soft target could be made and published. */
public final class RecordJudge {

  private static final Logger log = LoggerFactory.getLogger(RecordJudge.class);

  /** Upper bound of what framing, versions and lengths add to features and id. */
  private static final int SOFT_TARGET_OVERHEAD = 512;

  private final RecordLimits limits;
  private final TransferReader reader;
  private final RecordRules rules;
  private final int growth; // bytes that a soft target has more than its example

  /** For records that are to be scored like that. */
  public RecordJudge(Scoring scoring) {
    limits = scoring.limits();
    reader = scoring.reader();
    rules = new RecordRules(scoring.task());
    growth =
        SOFT_TARGET_OVERHEAD + scoring.form().encoding().bytes(scoring.task().classes().count());
  }

  Verdict<Example> judge(TopicPartition source, TransferRecord record) {
    Verdict<Example> verdict = judge(record.in(source));
    if (!(verdict instanceof Accepted<Example> accepted)) {
      return verdict;
    }
    if (record.key() == null && limits.outputs().softTargets().keyed()) {
      return new Rejected<>(
          Reason.NO_KEY,
          "it has no key, and the topic of soft targets is compacted, which takes none without; set"
              + " its cleanup.policy to delete");
    }
    // An id that is not UTF-8 grows threefold when it is written again.
    int idGrowth = 3 * accepted.value().id().length();
    long softTargetBytes = (long) record.bytes() + idGrowth + growth;
    if (softTargetBytes <= limits.largestSoftTarget()) {
      return verdict;
    }
    return new Rejected<>(
        Reason.TOO_LARGE,
        "its soft target may have %d bytes, the topic takes %d; raise the topic's max.message.bytes"
            .formatted(softTargetBytes, limits.largestSoftTarget()));
  }

  /** Judges what a record says, without a look at what its soft target would be. */
  public Verdict<Example> judge(SourceRecord record) {
    byte[] value = record.value();
    if (value != null && value.length > limits.maxRecordBytes()) {
      return new Rejected<>(
          Reason.TOO_LARGE,
          "the value has %d bytes, at most %d are accepted"
              .formatted(value.length, limits.maxRecordBytes()));
    }
    try {
      return rules.judge(reader.read(record));
    } catch (RuntimeException e) { // one record must not stop the service
      log.warn("A record cannot be judged; it counts as undecodable", e);
      return new Rejected<>(Reason.UNDECODABLE, "it cannot be judged: " + e);
    }
  }
}
