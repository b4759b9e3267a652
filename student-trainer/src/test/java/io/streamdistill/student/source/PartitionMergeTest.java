package io.streamdistill.student.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionMergeTest {

  private static final String TOPIC = "soft-targets";

  @Test
  void interleavesInProportionToWhatEachPartitionHolds() {
    PartitionMerge merge = merge(3, 0);
    merge.beginStretch(offsets(4, 2, 0));
    offer(merge, 0, 0, 1, 2, 3);
    offer(merge, 1, 0, 1);

    assertThat(takeAll(merge)).containsExactly("0@0", "1@0", "0@1", "0@2", "1@1", "0@3");
    assertThat(merge.reachedEnds()).isTrue();
  }

  @Test
  void takesNothingBeyondTheStretchAndWaitsForWhatLiesWithin() {
    PartitionMerge merge = merge(2, 0);
    offer(merge, 0, 0, 1, 2);
    assertThat(takeAll(merge)).as("no stretch has begun").isEmpty();
    merge.beginStretch(offsets(2, 1));

    assertThat(takeAll(merge)).containsExactly("0@0");
    assertThat(merge.awaited()).isEqualTo(1);

    offer(merge, 1, 0, 1);
    assertThat(takeAll(merge)).containsExactly("1@0", "0@1");
    assertThat(merge.awaited()).isNull();
    assertThat(merge.atHand().ends()).isEqualTo(offsets(3, 2));

    merge.beginStretch(merge.atHand().ends());
    assertThat(takeAll(merge)).containsExactly("0@2", "1@1");
  }

  @Test
  void aPartitionOfNothingButMarkersIsNotWaitedFor() {
    PartitionMerge merge = merge(2, 0);
    merge.beginStretch(offsets(2, 3));
    offer(merge, 0, 0, 1);
    assertThat(takeAll(merge)).containsExactly("0@0");

    merge.fetchedUpTo(1, 3);

    assertThat(takeAll(merge)).containsExactly("0@1");
    assertThat(merge.reachedEnds()).isTrue();
    assertThat(merge.position().next()).as("is no matter of timing").isEqualTo(offsets(2, 0));
    merge.beginStretch(offsets(2, 4));
    assertThat(merge.position().next()).isEqualTo(offsets(2, 3));
  }

  @Test
  void takesAPartitionInThatIsNew() {
    PartitionMerge merge = merge(1, 0);
    merge.beginStretch(offsets(2));
    offer(merge, 0, 0);
    takeAll(merge);
    merge.addPartition(1, 7);
    offer(merge, 1, 7, 8);
    offer(merge, 0, 1);

    assertThat(takeAll(merge)).as("the stretch began without it").containsExactly("0@1");

    merge.beginStretch(merge.atHand().ends());
    assertThat(takeAll(merge)).containsExactly("1@7", "1@8");
    assertThat(merge.position().starts()).isEqualTo(new TreeMap<>(Map.of(0, 0L, 1, 7L)));
  }

  @Test
  void replaysAPassInTheSameOrderAndLeavesOutWhatCameLater() {
    PartitionMerge merge = merge(2, 5);
    merge.beginStretch(offsets(5, 3));
    offer(merge, 0, 0, 1, 4); // offsets have gaps: transaction markers
    offer(merge, 1, 0, 2);
    List<String> first = takeAll(merge);

    merge.nextPass();
    offer(merge, 0, 0, 1, 4, 5, 6);
    offer(merge, 1, 0, 2, 3);

    assertThat(takeAll(merge)).isEqualTo(first);
    assertThat(merge.passOver()).isTrue();
    assertThat(merge.position().pass()).isEqualTo(1);
    assertThat(merge.position().ends()).isEqualTo(Map.of(0, 5L, 1, 3L));
  }

  @Test
  void coversWhatAnyPassHasTaken() {
    PartitionMerge merge = merge(1, 3);
    merge.beginStretch(offsets(3));
    offer(merge, 0, 0, 1, 2);
    takeAll(merge);
    merge.nextPass();

    assertThat(merge.position().covered()).isEqualTo(Map.of(0, 3L));
    assertThat(merge.position().next()).isEqualTo(Map.of(0, 0L));
  }

  /** Whatever arrives when, and wherever a trainer is killed, the order is that of the log. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void orderDependsOnTheLogAlone(long seed) {
    Random random = new Random(seed);
    int partitions = 1 + random.nextInt(5);
    List<List<Integer>> log = new ArrayList<>();
    int total = 0;
    for (int partition = 0; partition < partitions; partition++) {
      List<Integer> offsets = new ArrayList<>();
      int offset = 0;
      for (int i = random.nextInt(60); i > 0; i--) {
        offsets.add(offset);
        offset += 1 + random.nextInt(3);
      }
      total += offsets.size();
      log.add(offsets);
    }
    List<String> undisturbed = run(log, partitions, total, new Random(seed + 100), false);
    List<String> disturbed = run(log, partitions, total, new Random(seed + 200), true);

    assertThat(undisturbed).hasSize(3 * total);
    assertThat(disturbed).isEqualTo(undisturbed);
  }

  /** Three passes with random arrival; with kills, the merge is rebuilt from its position. */
  private static List<String> run(
      List<List<Integer>> log, int partitions, int total, Random random, boolean kills) {
    List<String> order = new ArrayList<>();
    PartitionMerge merge = merge(partitions, total);
    merge.beginStretch(
        offsets(log.stream().mapToLong(p -> p.isEmpty() ? 0 : p.get(p.size() - 1) + 1).toArray()));
    int[] fetched = new int[partitions];
    while (total > 0 && merge.position().pass() < 3) {
      int partition = random.nextInt(partitions);
      List<Integer> offsets = log.get(partition);
      for (int n = random.nextInt(8); n > 0 && fetched[partition] < offsets.size(); n--) {
        offer(merge, partition, offsets.get(fetched[partition]++));
      }
      for (int n = random.nextInt(10); n > 0; n--) {
        ConsumerRecord<byte[], byte[]> record = merge.take();
        if (record != null) {
          order.add(record.partition() + "@" + record.offset());
        }
      }
      boolean seek = false;
      if (merge.passOver()) {
        merge.nextPass();
        seek = true;
      } else if (kills && random.nextInt(10) == 0) {
        LogPosition position = LogPosition.fromState(merge.position().toState());
        merge = new PartitionMerge(position, total);
        seek = true;
      }
      if (seek) {
        SortedMap<Integer, Long> next = merge.position().next();
        for (int p = 0; p < partitions; p++) {
          long from = next.getOrDefault(p, 0L);
          fetched[p] = (int) log.get(p).stream().filter(offset -> offset < from).count();
        }
      }
    }
    return order;
  }

  private static SortedMap<Integer, Long> offsets(long... offsets) {
    SortedMap<Integer, Long> byPartition = new TreeMap<>();
    for (int partition = 0; partition < offsets.length; partition++) {
      byPartition.put(partition, offsets[partition]);
    }
    return byPartition;
  }

  private static PartitionMerge merge(int partitions, long passExamples) {
    SortedMap<Integer, Long> starts = new TreeMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      starts.put(partition, 0L);
    }
    return new PartitionMerge(LogPosition.beginning("topic-id", starts), passExamples);
  }

  private static void offer(PartitionMerge merge, int partition, int... offsets) {
    for (int offset : offsets) {
      merge.offer(new ConsumerRecord<>(TOPIC, partition, offset, new byte[0], new byte[0]));
    }
  }

  private static List<String> takeAll(PartitionMerge merge) {
    List<String> taken = new ArrayList<>();
    for (var record = merge.take(); record != null; record = merge.take()) {
      taken.add(record.partition() + "@" + record.offset());
    }
    return taken;
  }
}
