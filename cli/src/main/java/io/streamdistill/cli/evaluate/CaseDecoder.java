package io.streamdistill.cli.evaluate;

import io.streamdistill.records.Example;
import io.streamdistill.records.RecordRules;
import io.streamdistill.records.Target;
import io.streamdistill.records.Task;
import io.streamdistill.records.Verdict;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.records.target.TargetCodec;
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
  private final AvroRecords wire = new AvroRecords();
  private final RecordRules rules;
  private final double[] logProbabilities; // (classes)
  private final Map<String, Long> leftOut = new TreeMap<>();
  private final Map<String, Long> teacherVersions = new TreeMap<>();

  /**
   * Creates a decoder.
   *
   * @param skip whether records that are not fit are left out; else they are an error
   */
  CaseDecoder(Task task, boolean skip) {
    this.skip = skip;
    this.rules = new RecordRules(task);
    this.logProbabilities = new double[task.classes().count()];
  }

  /** Hands the case to {@code sink}, or leaves the record out. */
  void decode(ConsumerRecord<byte[], byte[]> record, Consumer<Case> sink) {
    Verdict<Target> verdict = rules.judge(wire.readTarget(record.value()), logProbabilities);
    if (verdict instanceof Accepted<Target> accepted) {
      Target target = accepted.value();
      teacherVersions.merge(target.answer().teacherVersion(), 1L, Long::sum);
      TargetCodec.retemper(logProbabilities, target.answer().temperature(), 1);
      Example example = target.example();
      sink.accept(new Case(example.features(), example.label(), logProbabilities.clone()));
    } else if (verdict instanceof Rejected<Target> rejected) {
      if (rejected.reason() == Reason.UNKNOWN_SCHEMA) {
        decodeExample(record, sink);
      } else {
        leaveOut(record, rejected);
      }
    }
  }

  private void decodeExample(ConsumerRecord<byte[], byte[]> record, Consumer<Case> sink) {
    Verdict<Example> verdict = rules.judge(wire.readExample(record.value()));
    if (verdict instanceof Accepted<Example> accepted) {
      sink.accept(new Case(accepted.value().features(), accepted.value().label(), null));
    } else if (verdict instanceof Rejected<Example> rejected) {
      leaveOut(record, rejected);
    }
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
