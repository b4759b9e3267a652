package io.streamdistill.student.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

final class ShuffledWindowTest {

  private static PartitionMerge merge(int records, int bytes) {
    TreeMap<Integer, Long> starts = new TreeMap<>(Map.of(0, 0L));
    PartitionMerge merge = new PartitionMerge(LogPosition.beginning("id", starts), records);
    merge.beginStretch(new TreeMap<>(Map.of(0, (long) records)));
    for (int offset = 0; offset < records; offset++) {
      merge.offer(
          new ConsumerRecord<>(
              "topic",
              0,
              offset,
              0,
              TimestampType.CREATE_TIME,
              0,
              bytes,
              new byte[0],
              new byte[0],
              new RecordHeaders(),
              Optional.empty()));
    }
    return merge;
  }

  @Test
  void aWindowOfLargeRecordsEndsAtSixtyFourMebibytes() {
    PartitionMerge merge = merge(100, 10 << 20);

    assertThat(new ShuffledWindow(1_024, 1).peek(merge, 1)).isNotNull();

    assertThat(merge.taken()).isEqualTo(7);
  }

  @Test
  void whatWasTakenBeforeIsLeftOutThoughWindowsAreSmallerNow() {
    ShuffledWindow window = new ShuffledWindow(10, 1);
    window.restart(25);
    PartitionMerge merge = merge(100, 1);

    int left = 0;
    while (window.peek(merge, 1) != null) {
      window.take();
      left++;
    }

    assertThat(left).isEqualTo(75);
  }

  @Test
  void waitsForAWholeWindowOrTheEnd() {
    PartitionMerge merge = merge(30, 1);
    PartitionMerge open = new PartitionMerge(merge.position(), 0);
    open.offer(new ConsumerRecord<>("topic", 0, 0, new byte[0], new byte[0]));
    ShuffledWindow window = new ShuffledWindow(2, 1);

    assertThat(window.peek(open, 1)).isNull();
    open.offer(new ConsumerRecord<>("topic", 0, 1, new byte[0], new byte[0]));

    assertThat(window.peek(open, 1)).isNotNull();
  }
}
