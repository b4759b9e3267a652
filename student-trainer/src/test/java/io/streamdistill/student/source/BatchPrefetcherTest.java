package io.streamdistill.student.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.student.source.PassConfig.WhenDone;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Batches that are read ahead. */
@Timeout(60)
final class BatchPrefetcherTest {

  private static final int BATCH = 64;

  private final MemoryLog memory = new MemoryLog(2, 100);

  private Reading reading(int passes, long examples) {
    return new Reading(
        memory, new PassConfig(passes, examples, WhenDone.EXIT), BATCH, memory.beginning());
  }

  private void append(int records) {
    for (int i = 0; i < records; i++) {
      memory.append(i % 2, Reading.example((int) (1_000L * (i % 2) + memory.end(i % 2))));
    }
  }

  private static BatchPrefetcher.Prefetched awaitNext(BatchPrefetcher batches) {
    while (true) {
      BatchPrefetcher.Prefetched next = batches.next();
      if (next != null) {
        return next;
      }
    }
  }

  @Test
  void areThoseThatAreReadWithoutIt() {
    append(1_000);
    List<Reading.Rows> expected = reading(2, 1_000).all();

    List<Reading.Rows> found = new ArrayList<>();
    List<Boolean> last = new ArrayList<>();
    List<LogPosition> passes = new ArrayList<>();
    try (BatchPrefetcher batches = reading(2, 1_000).prefetched()) {
      batches.start();
      do {
        BatchPrefetcher.Prefetched next = awaitNext(batches);
        found.add(Reading.rows(next));
        last.add(next.last());
        LogPosition nextPass = next.nextPass();
        if (nextPass != null) {
          passes.add(nextPass);
        }
        batches.recycle(next);
      } while (!last.get(last.size() - 1));
    }

    assertThat(Reading.numbers(found)).isEqualTo(Reading.numbers(expected));
    assertThat(found)
        .extracting(rows -> rows.batch().end().next())
        .isEqualTo(expected.stream().map(rows -> rows.batch().end().next()).toList());
    assertThat(last).endsWith(true).filteredOn(Boolean::booleanValue).hasSize(1);
    assertThat(passes).extracting(LogPosition::pass).containsExactly(1, 2);
  }

  /** Whoever does not give batches back gets no more, so that memory is bounded. */
  @Test
  void areNoMoreThanTheirMemory() {
    append(1_000);
    try (BatchPrefetcher batches = reading(1, 1_000).prefetched()) {
      batches.start();
      List<BatchPrefetcher.Prefetched> kept = new ArrayList<>();
      for (int i = 0; i <= BatchPrefetcher.AHEAD; i++) {
        kept.add(awaitNext(batches));
      }

      assertThat(batches.next()).isNull();

      batches.recycle(kept.get(0));
      assertThat(awaitNext(batches)).isSameAs(kept.get(0));
    }
  }

  @Test
  void areAllTrainedOnBeforeAFailureIsThrown() {
    append(2 * BATCH);
    Reading reading = reading(0, 0);
    try (BatchPrefetcher batches = reading.prefetched()) {
      memory.deleteBefore(0, BATCH / 2); // retention was faster
      batches.start();

      assertThatThrownBy(
              () -> {
                while (true) {
                  BatchPrefetcher.Prefetched next = awaitNext(batches);
                  batches.recycle(next);
                }
              })
          .isInstanceOf(LostRecordsException.class);
    }
  }

  /** Examples that nothing will complete a batch of are not lost by a stop; others come again. */
  @Test
  void endWithWhatWaitsForABatchThatTheLogCannotFill() {
    append(BATCH + 10);
    Duration patience = Duration.ofDays(1_000); // the clock of the log runs fast
    Reading reading =
        new Reading(
            memory,
            new PassConfig(0, 0, Duration.ofSeconds(2), patience, 1, 1, WhenDone.EXIT),
            BATCH,
            memory.beginning());
    BatchPrefetcher batches = reading.prefetched();
    batches.start();
    BatchPrefetcher.Prefetched full = awaitNext(batches);
    assertThat(Reading.rows(full).numbers()).hasSize(BATCH);
    Awaitility.await()
        .until(() -> reading.registry.get("distill.student.waiting").gauge().value() == 10);

    List<BatchPrefetcher.Prefetched> rest = batches.finish();

    assertThat(rest).hasSize(1);
    assertThat(Reading.rows(rest.get(0)).numbers()).hasSize(10);
  }

  @Test
  void thatWereReadAheadAreReadAgainByTheNext() {
    append(1_000);
    BatchPrefetcher batches = reading(0, 1_000).prefetched();
    batches.start();
    Reading.Rows first = Reading.rows(awaitNext(batches));

    assertThat(batches.finish()).isEmpty();

    Reading next =
        new Reading(memory, new PassConfig(0, 1_000, WhenDone.EXIT), BATCH, first.batch().end());
    List<Integer> all = new ArrayList<>(first.numbers());
    all.addAll(next.next().numbers());
    assertThat(all).isEqualTo(Reading.numbers(reading(1, 1_000).all()).subList(0, 2 * BATCH));
  }
}
