package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.log.KafkaErrors;
import io.streamdistill.checkpoints.store.ChunkIndex.ChunkedFile;
import io.streamdistill.checkpoints.store.ChunkTable.Live;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes chunks, indices and tombstones of the {@code kafka:} store, each acknowledged. */
final class ChunkWriter implements AutoCloseable {

  private final KafkaSettings kafka;
  private final Duration timeout;
  private final KafkaProducer<byte[], byte[]> producer;

  ChunkWriter(KafkaSettings kafka, Duration timeout) {
    this.kafka = kafka;
    this.timeout = timeout.multipliedBy(4); // chunks queue behind each other on a slow line
    Map<String, Object> properties = kafka.producer();
    properties.put("max.block.ms", this.timeout.toMillis());
    properties.put("delivery.timeout.ms", Math.toIntExact(this.timeout.toMillis()));
    properties.put("request.timeout.ms", Math.toIntExact(timeout.toMillis()));
    properties.put("linger.ms", 0);
    properties.put("buffer.memory", 8 << 20); // eight chunks under way keep a line busy
    this.producer =
        KafkaErrors.explain(
            kafka,
            timeout,
            () ->
                new KafkaProducer<>(
                    properties, new ByteArraySerializer(), new ByteArraySerializer()));
  }

  /** Writes every chunk, waits for the acknowledgements, then writes the index. */
  void write(CheckpointId id, TopicPartition home, Path directory, List<FileEntry> files) {
    List<List<Future<RecordMetadata>>> sent = new ArrayList<>();
    for (FileEntry file : files) {
      sent.add(sendChunks(id, home, directory.resolve(file.name()), file));
    }
    producer.flush();
    List<ChunkedFile> table = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      List<Long> offsets =
          sent.get(i).stream().map(chunk -> acknowledged(home.topic(), chunk).offset()).toList();
      table.add(new ChunkedFile(files.get(i), offsets));
    }
    byte[] index = new ChunkIndex(ChunkIndex.FORMAT, table).toBytes();
    if (index.length > KafkaCheckpointStore.CHUNK_BYTES) {
      throw new CheckpointException(
          "checkpoint %s has too many files and chunks for the kafka: store (its index has %d"
                  .formatted(id, index.length)
              + " bytes); use a file: store");
    }
    acknowledged(home.topic(), send(home, ChunkKey.index(id), index));
  }

  private List<Future<RecordMetadata>> sendChunks(
      CheckpointId id, TopicPartition home, Path path, FileEntry file) {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (InputStream in = Files.newInputStream(path)) {
      // A new array per chunk: the producer keeps it until it is sent. Its buffer bounds them all.
      for (byte[] chunk = in.readNBytes(KafkaCheckpointStore.CHUNK_BYTES);
          chunk.length > 0;
          chunk = in.readNBytes(KafkaCheckpointStore.CHUNK_BYTES)) {
        sent.add(send(home, ChunkKey.chunk(id, file.name(), sent.size()), chunk));
      }
    } catch (IOException e) {
      throw new CheckpointException("cannot read %s of %s: %s".formatted(path, id, e), e);
    }
    return sent;
  }

  /** Writes a tombstone over every record, in the order of {@code keys}. */
  void bury(List<ChunkKey> keys, Map<ChunkKey, Live> records) {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    String topic = "";
    for (ChunkKey key : keys) {
      Live live = records.get(key);
      if (live != null) {
        topic = live.partition().topic();
        sent.add(send(live.partition(), key, null));
      }
    }
    producer.flush();
    for (Future<RecordMetadata> one : sent) {
      acknowledged(topic, one);
    }
  }

  private Future<RecordMetadata> send(TopicPartition to, ChunkKey key, byte @Nullable [] value) {
    return KafkaErrors.explain(
        kafka,
        timeout,
        () ->
            producer.send(new ProducerRecord<>(to.topic(), to.partition(), key.toBytes(), value)));
  }

  private RecordMetadata acknowledged(String topic, Future<RecordMetadata> sent) {
    return KafkaErrors.explain(
        kafka,
        timeout,
        () -> {
          try {
            return sent.get();
          } catch (InterruptedException e) {
            throw new InterruptException(e);
          } catch (ExecutionException e) {
            if (e.getCause() instanceof RecordTooLargeException large) {
              throw tooLarge(topic, large);
            }
            throw e.getCause() instanceof KafkaException cause
                ? cause
                : new KafkaException(e.getCause());
          }
        });
  }

  /** Kafka names neither the topic nor the setting, and the client has one of its own. */
  private CheckpointException tooLarge(String topic, RecordTooLargeException cause) {
    long needed = KafkaCheckpointStore.CHUNK_BYTES + TopicSpec.ENVELOPE_BYTES;
    boolean byClient = String.valueOf(cause.getMessage()).contains("max.request.size");
    return new CheckpointException(
        byClient
            ? "the producer sends no record of a file, of up to %d bytes, to topic '%s': raise kafka.producer.max.request.size, or remove it"
                .formatted(needed, topic)
            : "topic '%1$s' on kafka at %2$s takes no record of a file, of up to %3$d bytes: run kafka-configs.sh --bootstrap-server %2$s --alter --topic %1$s --add-config max.message.bytes=%3$d, or set student.checkpoint.store to a file: or s3: store"
                .formatted(topic, kafka.bootstrapServers(), needed),
        cause);
  }

  @Override
  public void close() {
    producer.close(timeout);
  }
}
