package io.streamdistill.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.Test;

final class BoundedValuesTest {

  private final BoundedValues bounded = new BoundedValues();
  private final Deserializer<byte[]> keys = bounded.keys();
  private final Deserializer<byte[]> values = bounded.values();

  private static byte[] read(Deserializer<byte[]> deserializer, int bytes) {
    return deserializer.deserialize("t", new RecordHeaders(), ByteBuffer.allocate(bytes));
  }

  @Test
  void aPollTakesWhatThereIsRoomFor() {
    bounded.begin(10_000);
    for (int i = 0; i < 3; i++) {
      assertThat(read(values, 3000)).hasSize(3000);
    }

    assertThatThrownBy(() -> read(values, 3000)).isInstanceOf(SerializationException.class);

    bounded.begin(10_000);
    assertThat(read(values, 3000)).as("the next poll takes it").hasSize(3000);
  }

  @Test
  void onePollTakesOneRecordAtLeast() {
    bounded.begin(0);

    assertThat(read(keys, 3000)).hasSize(3000);
    assertThat(read(values, 3000)).hasSize(3000);
    assertThatThrownBy(() -> read(keys, 1)).isInstanceOf(SerializationException.class);
  }

  @Test
  void keysCountAlsoWhereThereAreNoValues() {
    bounded.begin(5000);

    assertThat(read(keys, 3000)).hasSize(3000);
    assertThatThrownBy(() -> read(keys, 3000)).isInstanceOf(SerializationException.class);
  }
}
