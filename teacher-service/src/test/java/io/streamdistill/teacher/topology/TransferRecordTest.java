package io.streamdistill.teacher.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TransferRecordTest {

  @Test
  void comesBackFromItsEncoding() {
    Random random = new Random(11);
    for (int i = 0; i < 500; i++) {
      Headers headers = new RecordHeaders();
      for (int h = random.nextInt(4); h > 0; h--) {
        headers.add("h\u00e9\u4e16" + random.nextInt(3), bytes(random));
      }
      TransferRecord record =
          new TransferRecord(
              bytes(random), bytes(random), headers, random.nextLong(), random.nextLong());

      byte[] encoded = record.encode();
      TransferRecord back = TransferRecord.decode(encoded);

      assertThat(back).usingRecursiveComparison().isEqualTo(record);
      assertThat(encoded.length).isLessThanOrEqualTo(record.bytes() + 28);
    }
  }

  private static byte @Nullable [] bytes(Random random) {
    if (random.nextInt(4) == 0) {
      return null;
    }
    byte[] bytes = new byte[random.nextInt(20)];
    random.nextBytes(bytes);
    return bytes;
  }
}
