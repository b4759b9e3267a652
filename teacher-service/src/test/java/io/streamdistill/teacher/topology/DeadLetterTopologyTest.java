package io.streamdistill.teacher.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.teacher.Fixtures;
import io.streamdistill.teacher.engine.TeacherException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** What becomes of records that the teacher cannot take, or has no answer to. */
final class DeadLetterTopologyTest extends DrivenTopology {

  @Test
  void sendsAnUnfitRecordToTheDeadLettersByteForByte() {
    byte[] garbage = {9, 9, 9};
    Headers headers = new RecordHeaders().add("trace", utf8("t"));
    pipe(0, 1);
    transferSet.pipeInput(new TestRecord<>(utf8("k"), garbage, headers, 77L));

    assertThat(deadLetters()).isEmpty(); // before the batch that is before it
    advance(LINGER);

    TestRecord<byte[], byte[]> letter = deadLetters().get(0);

    assertThat(letter.key()).isEqualTo(utf8("k"));
    assertThat(letter.value()).isEqualTo(garbage);
    assertThat(letter.timestamp()).isEqualTo(77);
    assertThat(header(letter.headers(), "trace")).isEqualTo("t");
    assertThat(header(letter.headers(), "distill.reason")).isEqualTo("bad-framing");
    assertThat(header(letter.headers(), "distill.detail")).contains("3 bytes");
    assertThat(header(letter.headers(), "distill.rejected-by")).isEqualTo("topology-test");
    assertThat(header(letter.headers(), "__streams.errors.topic")).isEqualTo("transfer-set");
    assertThat(header(letter.headers(), "__streams.errors.partition")).isEqualTo("0");
    assertThat(header(letter.headers(), "__streams.errors.offset")).isEqualTo("1");
    assertThat(header(letter.headers(), "__streams.errors.message")).startsWith("bad-framing: ");
    assertThat(letter.headers().lastHeader("distill.omitted")).isNull();
    assertThat(meter("distill.teacher.rejected", "reason", "bad-framing")).isEqualTo(1);
  }

  @Test
  void sendsARecordWithoutAValueToTheDeadLetters() {
    transferSet.pipeInput(new TestRecord<byte[], byte[]>(utf8("k"), null));

    TestRecord<byte[], byte[]> letter = deadLetters().get(0);

    assertThat(letter.value()).isNull();
    assertThat(header(letter.headers(), "distill.reason")).isEqualTo("empty");
  }

  @Test
  void rejectsARecordThatIsLargerThanAllowed() {
    byte[] large = Arrays.copyOf(Fixtures.framed("a", 1), 1001);
    transferSet.pipeInput(utf8("k"), large);

    TestRecord<byte[], byte[]> letter = deadLetters().get(0);

    assertThat(header(letter.headers(), "distill.reason")).isEqualTo("too-large");
    assertThat(letter.value()).isEqualTo(large);
  }

  @Test
  void rejectsARecordWhoseSoftTargetTheTopicWouldRefuse() {
    restart(limits(1000));
    String id = "x".repeat(200);
    transferSet.pipeInput(utf8("k"), Fixtures.framed(id, 1));
    pipe(0, 1);
    Headers headers = new RecordHeaders().add("h", new byte[500]);
    transferSet.pipeInput(new TestRecord<>(utf8("k"), Fixtures.framed("b", 1), headers, 0L));
    advance(LINGER.multipliedBy(2));

    assertThat(softTargets()).extracting(target -> target.example().id()).containsExactly("id0");
    assertThat(deadLetters())
        .hasSize(2)
        .allSatisfy(
            letter ->
                assertThat(header(letter.headers(), "distill.reason")).isEqualTo("too-large"));
  }

  @Test
  void leavesOutOfADeadLetterWhatTheTopicCannotTake() {
    byte[] noise = new byte[8000];
    new Random(3).nextBytes(noise);
    Headers headers = new RecordHeaders().add("trace", utf8("t"));
    transferSet.pipeInput(new TestRecord<>(utf8("compressible"), new byte[8000], headers, 0L));
    transferSet.pipeInput(new TestRecord<>(utf8("large"), noise, headers, 0L));
    transferSet.pipeInput(new TestRecord<>(noise, noise, headers, 0L));

    List<TestRecord<byte[], byte[]>> letters = deadLetters();

    assertThat(letters.get(0).value()).hasSize(8000);
    assertThat(letters.get(0).headers().lastHeader("distill.omitted")).isNull();
    assertThat(letters.get(1).value()).isNull();
    assertThat(letters.get(1).key()).isEqualTo(utf8("large"));
    assertThat(header(letters.get(1).headers(), "distill.omitted"))
        .isEqualTo("value of 8000 bytes");
    assertThat(header(letters.get(1).headers(), "trace")).isEqualTo("t");
    assertThat(letters.get(2).key()).isNull();
    assertThat(header(letters.get(2).headers(), "distill.omitted")).startsWith("key, value");
    assertThat(header(letters.get(2).headers(), "__streams.errors.offset")).isEqualTo("2");
  }

  @Test
  void publishesNothingOfABatchThatTheTeacherFailsOn() {
    pipe(0, BATCH - 1);
    byte[] bad = new AvroRecords().encode(Fixtures.example("culprit", 66 << 24, null));

    assertThatThrownBy(() -> transferSet.pipeInput(utf8("k"), bad))
        .hasRootCauseInstanceOf(TeacherException.class)
        .hasStackTraceContaining("66 is no number (batch of 4 examples at offsets 0 to 3)");

    assertThat(softTargets()).isEmpty();
    assertThat(deadLetters()).isEmpty();
    assertThat(meter("distill.teacher.scored")).isZero();
  }

  @Test
  void sendsTheRowsWithoutAnAnswerToTheDeadLetters() {
    pipe(0, 2);
    byte[] bad = new AvroRecords().encode(Fixtures.example("culprit", 77 << 24, 1));
    transferSet.pipeInput(utf8("k"), bad);
    pipe(3, BATCH);

    assertThat(softTargets())
        .extracting(target -> target.example().id())
        .containsExactly("id0", "id1", "id3");
    TestRecord<byte[], byte[]> letter = deadLetters().get(0);
    assertThat(letter.value()).isEqualTo(bad);
    assertThat(header(letter.headers(), "distill.reason")).isEqualTo("bad-answer");
    assertThat(header(letter.headers(), "distill.detail")).isEqualTo("77 has no answer");
    assertThat(header(letter.headers(), "__streams.errors.offset")).isEqualTo("2");
    assertThat(meter("distill.teacher.scored")).isEqualTo(3);
    assertThat(meter("distill.teacher.rejected", "reason", "bad-answer")).isEqualTo(1);
    assertThat(meter("distill.teacher.pending")).isZero();
    assertThat(meter("distill.teacher.labelled")).isZero();
  }
}
