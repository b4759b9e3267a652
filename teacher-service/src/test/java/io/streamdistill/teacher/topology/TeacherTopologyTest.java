package io.streamdistill.teacher.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.records.Example;
import io.streamdistill.records.Target;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.teacher.Fixtures;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TeacherTopologyTest extends DrivenTopology {

  @Test
  void scoresAFullBatchAtOnceAndInOrder() {
    pipe(0, BATCH - 1);
    assertThat(softTargets()).isEmpty();
    assertThat(meter("distill.teacher.pending")).isEqualTo(BATCH - 1);

    pipe(BATCH - 1, 2 * BATCH);

    assertThat(softTargets())
        .extracting(target -> target.example().id())
        .containsExactly(ids(0, 8));
    assertThat(teacher.batches).containsExactly(BATCH, BATCH);
    assertThat(meter("distill.teacher.pending")).isZero();
    assertThat(meter("distill.teacher.scored")).isEqualTo(8);
  }

  private static String[] ids(int from, int to) {
    String[] ids = new String[to - from];
    Arrays.setAll(ids, i -> "id" + (from + i));
    return ids;
  }

  @Test
  void scoresAPartialBatchWhenItsFirstRecordHasWaitedLongEnough() {
    advance(LINGER.multipliedBy(10));
    pipe(0, 1);
    advance(LINGER.dividedBy(2));
    pipe(1, 2);
    assertThat(softTargets()).isEmpty();

    advance(LINGER.dividedBy(2));

    assertThat(softTargets())
        .extracting(target -> target.example().id())
        .containsExactly("id0", "id1");
    assertThat(teacher.batches).containsExactly(2);
  }

  /** Whenever it comes, between the moments at which batches are looked at. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 24, 25, 49, 51, 99})
  void noRecordWaitsLongerThanTheLinger(int millisAfterStart) {
    advance(Duration.ofMillis(millisAfterStart));
    pipe(0, 1);
    int waited = 0;
    while (output(TOPICS.softTargets()).isEmpty()) {
      advance(Duration.ofMillis(1));
      waited++;
    }

    assertThat(waited).isBetween(70, 100);
  }

  @Test
  void carriesEverythingOfTheExampleAndOfTheTeacher() {
    Example example = Fixtures.example("an id", 0x01020304, 2);
    transferSet.pipeInput(utf8("k"), new AvroRecords().encode(example));
    advance(LINGER.multipliedBy(2));

    Target target = softTargets().get(0);

    assertThat(target.example().id()).isEqualTo("an id");
    assertThat(target.example().features()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
    assertThat(target.example().type()).isEqualTo(example.type());
    assertThat(target.example().label()).isEqualTo(2);
    assertThat(target.example().weight()).isEqualTo(0.5f);
    assertThat(target.example().eventTime()).isEqualTo(example.eventTime());
    assertThat(target.scoredTime()).isEqualTo(SCORED);
    assertThat(target.answer().temperature()).isEqualTo(20f);
    assertThat(target.answer().teacherVersion()).isEqualTo("version-1");
    assertThat(target.answer().classMapHash()).isEqualTo(Fixtures.CLASSES.hash());
    double[] logProbabilities = new double[3];
    assertThat(
            TargetCodec.decode(
                target.answer().encoding(), target.answer().distribution(), logProbabilities))
        .isTrue();
    assertThat(logProbabilities)
        .containsExactly(
            new double[] {Math.log(2 / 9.0), Math.log(3 / 9.0), Math.log(4 / 9.0)}, within(1e-6));
  }

  @Test
  void keepsKeyTimestampAndHeadersOfEveryRecord() {
    for (int i = 0; i < BATCH; i++) {
      Headers headers = new RecordHeaders().add("n", utf8("h" + i)).add("n", null);
      transferSet.pipeInput(
          new TestRecord<>(
              i == 0 ? null : utf8("k" + i), Fixtures.framed("id" + i, i), headers, 1000L * i));
    }

    List<TestRecord<byte[], byte[]>> out = output(TOPICS.softTargets()).readRecordsToList();

    assertThat(out).hasSize(BATCH);
    for (int i = 0; i < BATCH; i++) {
      assertThat(out.get(i).key()).isEqualTo(i == 0 ? null : utf8("k" + i));
      assertThat(out.get(i).timestamp()).isEqualTo(1000L * i);
      assertThat(out.get(i).headers())
          .isEqualTo(new RecordHeaders().add("n", utf8("h" + i)).add("n", null));
    }
  }

  @Test
  void measuresTheTeacherWhereRecordsHaveLabels() {
    for (int i = 0; i < BATCH; i++) { // the teacher's class is 2
      Example example = Fixtures.example("id" + i, 0x01020304, i == 0 ? 1 : 2);
      transferSet.pipeInput(utf8("k"), new AvroRecords().encode(example));
    }
    pipe(0, BATCH);

    assertThat(meter("distill.teacher.labelled")).isEqualTo(BATCH);
    assertThat(meter("distill.teacher.correct")).isEqualTo(BATCH - 1);
    assertThat(meter("distill.teacher.accuracy")).isEqualTo((BATCH - 1.0) / BATCH);
    assertThat(meter("distill.teacher.labelled.share")).isEqualTo(0.5);
  }

  @Test
  void losesNoRecordWhateverItsBytes() {
    long seed = 4;
    Random random = new Random(seed);
    byte[] fit = Fixtures.framed("an id", 5);
    int records = 3000;
    for (int i = 0; i < records; i++) {
      byte @Nullable [] value = random.nextInt(3) == 0 ? fit.clone() : mutated(fit, random);
      transferSet.pipeInput(utf8("k" + i), value);
    }
    advance(LINGER.multipliedBy(2));

    List<String> keys = new ArrayList<>();
    output(TOPICS.softTargets())
        .readRecordsToList()
        .forEach(r -> keys.add(new String(r.key(), UTF_8)));
    int scored = keys.size();
    deadLetters().forEach(r -> keys.add(new String(r.key(), UTF_8)));

    assertThat(keys).as("seed %d", seed).hasSize(records).doesNotHaveDuplicates();
    assertThat(scored).isBetween(records / 3 - 200, records - 200);
    double rejected = 0;
    for (Reason reason : Reason.values()) {
      rejected += meter("distill.teacher.rejected", "reason", reason.label());
    }
    assertThat(rejected).isEqualTo(records - scored);
  }

  private static byte @Nullable [] mutated(byte[] fit, Random random) {
    if (random.nextInt(20) == 0) {
      return null;
    }
    byte[] bytes = fit.clone();
    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    return Arrays.copyOf(bytes, random.nextInt(10) == 0 ? random.nextInt(1200) : bytes.length);
  }

  @Test
  void readsLikeTheDesign() {
    assertThat(
            TeacherTopology.build(
                    scoring(limits(ROOM), 1),
                    TOPICS,
                    new ScoringMeters(registry),
                    Flow.free(),
                    Clock.systemUTC())
                .describe()
                .toString())
        .contains(
            "Source: transfer-set (topics: [transfer-set])",
            "Processor: teacher (stores: [])",
            "Sink: soft-targets (topic: soft-targets)",
            "Sink: dead-letters (topic: dead-letters)");
  }
}
