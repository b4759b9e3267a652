package io.streamdistill.cli.evaluate;

import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.TransferValidator;
import io.streamdistill.records.Verdict;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.schema.SoftTarget;
import io.streamdistill.schema.TransferExample;
import io.streamdistill.student.objective.TargetBatch;
import io.streamdistill.student.source.SoftTargetDecoder;
import io.streamdistill.wire.Codecs;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns records of a topic into cases: soft targets, or examples of a transfer set. */
final class CaseDecoder {

  private static final Logger log = LoggerFactory.getLogger(CaseDecoder.class);

  private static final int SHOWN = 5;

  private final boolean skip;
  private final SoftTargetDecoder softTargets;
  private final TransferValidator examples;
  private final FloatBuffer input; // (length), not used
  private final TargetBatch target; // (1, classes)
  private final Map<String, Long> leftOut = new TreeMap<>();
  private final Map<String, Long> teacherVersions = new TreeMap<>();

  /**
   * Creates a decoder.
   *
   * @param skip whether records that are not fit are left out; else they are an error
   */
  CaseDecoder(FeatureContract features, ClassMap classes, boolean skip) {
    this.skip = skip;
    this.softTargets = new SoftTargetDecoder(features, null, classes, 1, Float.MAX_VALUE);
    this.examples =
        new TransferValidator(Codecs.transferExample(), features, classes, Integer.MAX_VALUE);
    this.input = FloatBuffer.allocate(features.length());
    this.target = new TargetBatch(1, classes.count());
  }

  /** Hands the case to {@code sink}, or leaves the record out. */
  void decode(ConsumerRecord<byte[], byte[]> record, Consumer<Case> sink) {
    Verdict<SoftTarget> soft = softTargets.read(record, 0, input, target);
    if (soft instanceof Accepted<SoftTarget> accepted) {
      SoftTarget value = accepted.value();
      teacherVersions.merge(value.getTeacherVersion(), 1L, Long::sum);
      sink.accept(new Case(value.getFeatures(), value.getLabel(), logProbabilities()));
    } else if (soft instanceof Rejected<SoftTarget> rejected) {
      if (rejected.reason() == Reason.UNKNOWN_SCHEMA) {
        decodeExample(record, sink);
      } else {
        leaveOut(record, rejected);
      }
    }
  }

  private void decodeExample(ConsumerRecord<byte[], byte[]> record, Consumer<Case> sink) {
    Verdict<TransferExample> verdict = examples.validate(record.value());
    if (verdict instanceof Accepted<TransferExample> accepted) {
      TransferExample value = accepted.value();
      sink.accept(new Case(value.getFeatures(), value.getLabel(), null));
    } else if (verdict instanceof Rejected<TransferExample> rejected) {
      leaveOut(record, rejected);
    }
  }

  private double[] logProbabilities() {
    float[] distribution = target.softTargets();
    double[] logs = new double[distribution.length];
    for (int k = 0; k < logs.length; k++) {
      logs[k] = Math.log(Math.max(distribution[k], Float.MIN_NORMAL));
    }
    return logs;
  }

  private void leaveOut(ConsumerRecord<byte[], byte[]> record, Rejected<?> rejected) {
    String what =
        "%s-%d, offset %d: %s (%s)"
            .formatted(
                record.topic(),
                record.partition(),
                record.offset(),
                rejected.detail(),
                rejected.reason().label());
    if (!skip) {
      throw new EvaluationException(what + "; leave such records out with --on-error skip");
    }
    long count = leftOut.merge(rejected.reason().label(), 1L, Long::sum);
    if (count <= SHOWN) {
      log.warn("skipped {}", what);
    }
  }

  Map<String, Long> leftOut() {
    return leftOut;
  }

  Map<String, Long> teacherVersions() {
    return teacherVersions;
  }
}
