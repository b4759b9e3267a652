import io.streamdistill.schema.FeatureType;
import io.streamdistill.schema.TransferExample;
import io.streamdistill.wire.Codecs;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends one example; run: java -cp "cli/target/distill/lib/*" docs/examples/Produce.java HOST:PORT. */
final class Produce {
  public static void main(String[] args) throws Exception {
    Map<String, Object> kafka = Map.of("bootstrap.servers", args[0], "compression.type", "lz4");
    try (var producer = new KafkaProducer<>(kafka, new StringSerializer(), new ByteArraySerializer())) {
      TransferExample example =
          TransferExample.newBuilder()
              .setId("camera-7/000042")
              .setFeatures(ByteBuffer.wrap(new byte[784])) // your 28 x 28 grey values
              .setFeatureType(FeatureType.U8)
              .setEventTime(Instant.now())
              .build();
      byte[] value = Codecs.transferExample().encode(example);
      producer.send(new ProducerRecord<>("transfer-set", example.getId(), value)).get();
    }
  }
}
