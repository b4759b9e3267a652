package io.streamdistill.checkpoints.log;

import io.streamdistill.checkpoints.avro.EventCodec;
import io.streamdistill.checkpoints.format.CheckpointEvent;
import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.kafka.KafkaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of checkpoints as of one moment: decisions of the gate, and where every alias stands.
 *
 * <p>The log is partition 0 of its topic, so that all readers see one order. A move says which move
 * of the same alias it follows; when another one came between, every reader takes it for void. That
 * is how of two moves at the same time the later one is held to have seen the former.
 */
public final class AliasLog {

  public static final int PARTITION = 0;

  private static final Logger LOG = LoggerFactory.getLogger(AliasLog.class);
  private static final long NO_MOVE = -1;

  private final Map<String, Map<String, Alias>> aliases = new HashMap<>(); // by student, by name
  private final List<CheckpointEvent> events = new ArrayList<>();
  private final Set<Long> voided = new HashSet<>();

  private AliasLog() {}

  /**
   * Reads every event up to the current end of the topic.
   *
   * @throws CheckpointException when the topic is missing, or the broker cannot be reached
   */
  public static AliasLog read(KafkaSettings kafka, String topic) {
    try (Tail tail = new Tail(kafka, topic, CheckpointLog.DEFAULT_TIMEOUT)) {
      return tail.read();
    }
  }

  /** The log for someone who looks at it again and again: only what is new is read. */
  public static final class Tail implements AutoCloseable {

    private final AliasLog log = new AliasLog();
    private final TopicReader reader;

    public Tail(KafkaSettings kafka, String topic, Duration timeout) {
      reader = TopicReader.open(kafka, topic, timeout);
    }

    /**
     * The log up to the current end of the topic, until the next call.
     *
     * @throws CheckpointException when it cannot be read; then the tail is of no use any more
     */
    public AliasLog read() {
      reader.readToEnd(log::accept);
      return log;
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  private void accept(ConsumerRecord<byte[], byte[]> record) {
    if (record.partition() != PARTITION || record.value() == null) {
      return;
    }
    try {
      CheckpointEvent event = EventCodec.decode(record.value());
      if (event.alias() != null && !move(event, event.alias(), record.offset())) {
        voided.add(record.offset());
        return;
      }
      events.add(event);
    } catch (CheckpointException e) {
      LOG.warn(
          "Skipped a record that is no event of a checkpoint: topic={} offset={}: {}",
          record.topic(),
          record.offset(),
          e.getMessage());
    }
  }

  /** Whether the move counts. */
  private boolean move(CheckpointEvent event, String name, long offset) {
    Map<String, Alias> ofStudent = aliases.computeIfAbsent(event.student(), s -> new TreeMap<>());
    Alias now = ofStudent.get(name);
    if (event.follows() != (now == null ? NO_MOVE : now.move())) {
      return false;
    }
    String version = event.version();
    boolean pinned =
        event.kind() == CheckpointEventKind.PINNED
            || (event.kind() != CheckpointEventKind.RELEASED && now != null && now.pinned());
    ofStudent.put(
        name,
        new Alias(
            name,
            version,
            version != null && pinned,
            history(now, version, event.kind() == CheckpointEventKind.ROLLED_BACK),
            offset,
            event.act().actor(),
            event.act().reason(),
            event.act().time()));
    return true;
  }

  private static List<String> history(
      @Nullable Alias now, @Nullable String version, boolean rolledBack) {
    if (version == null) {
      return List.of();
    }
    List<String> history = new ArrayList<>(now == null ? List.of() : now.history());
    int before = history.lastIndexOf(version);
    if (rolledBack && before >= 0) {
      return history.subList(0, before + 1);
    }
    if (history.isEmpty() || before != history.size() - 1) {
      history.add(version);
    }
    return history;
  }

  /** An alias of a student that stands for a version. */
  public Optional<Alias> alias(String student, String name) {
    return last(student, name).filter(alias -> alias.version() != null);
  }

  private Optional<Alias> last(String student, String name) {
    return Optional.ofNullable(aliases.getOrDefault(student, Map.of()).get(name));
  }

  /** All aliases of a student that stand for a version, by name. */
  public List<Alias> aliases(String student) {
    return aliases.getOrDefault(student, Map.of()).values().stream()
        .filter(alias -> alias.version() != null)
        .toList();
  }

  /** What the next move of an alias follows. */
  long lastMove(String student, String name) {
    return last(student, name).map(Alias::move).orElse(NO_MOVE);
  }

  /** Whether the move at an offset was void. */
  boolean isVoid(long offset) {
    return voided.contains(offset);
  }

  /** What happened to a student's checkpoints, oldest first; void moves are left out. */
  public List<CheckpointEvent> events(String student) {
    return events.stream().filter(event -> event.student().equals(student)).toList();
  }

  /** The versions of a student that an alias stands for, or that a rollback would go to. */
  public List<CheckpointId> protectedCheckpoints(String student) {
    return aliases(student).stream()
        .flatMap(alias -> alias.protectedVersions().stream())
        .distinct()
        .map(version -> new CheckpointId(student, version))
        .toList();
  }
}
