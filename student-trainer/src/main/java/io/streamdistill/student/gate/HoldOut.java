package io.streamdistill.student.gate;

import io.streamdistill.records.Example;
import io.streamdistill.records.Target;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.student.source.DecodedTarget;
import io.streamdistill.student.source.PassedOver;
import io.streamdistill.student.source.TargetView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Examples that are never trained on. Which ones depends on their id and the share alone, so every
 * pass, every student and every restart leaves out the same. The newest are kept in memory.
 * Thread-safe.
 */
public final class HoldOut implements TargetView {

  /** {@link Examples#labels} of an example without a label. */
  static final int UNLABELLED = -1;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Held(byte[] features, double[] logProbabilities, int label, String teacher) {}

  private final GateConfig config;
  private final double share;
  private final int capacity;
  private final int featureBytes;
  private final Map<String, Held> newest = new LinkedHashMap<>();
  private volatile long stream;

  /**
   * Creates an empty hold-out.
   *
   * @param featureBytes of an example on the wire
   */
  public HoldOut(GateConfig config, int featureBytes) {
    this.config = config;
    this.share = config.holdOutShare();
    this.capacity = config.holdOutExamples();
    this.featureBytes = featureBytes;
  }

  /** Whether examples of that id are held out. */
  boolean holds(String id) {
    if (share == 0) {
      return false;
    }
    CRC32C hash = new CRC32C();
    hash.update(id.getBytes(StandardCharsets.UTF_8));
    return hash.getValue() < share * 0x1p32;
  }

  /**
   * Takes an example if it is one of those that are held out. One that comes again fills a hold-out
   * that was lost with its process, and takes no newer one's place.
   */
  @Override
  public @Nullable PassedOver passesOver(DecodedTarget decoded) {
    Example example = decoded.target().example();
    if (!holds(example.id())) {
      return null;
    }
    if (decoded.firstVisit() || !(isFull() || isThere(example.id()))) {
      take(decoded.target(), decoded.logProbabilities().clone());
    }
    return PassedOver.HELD_OUT;
  }

  private void take(Target target, double[] logProbabilities) {
    Example example = target.example();
    byte[] features = new byte[featureBytes];
    example.features().duplicate().get(features);
    TargetCodec.retemper(logProbabilities, target.answer().temperature(), 1);
    Integer label = example.label();
    Held held =
        new Held(
            features,
            logProbabilities,
            label == null ? UNLABELLED : label,
            target.answer().teacherVersion());
    synchronized (newest) {
      newest.remove(example.id()); // the same id, sent twice
      newest.put(example.id(), held);
      if (newest.size() > capacity) {
        newest.remove(newest.keySet().iterator().next());
      }
    }
  }

  private boolean isFull() {
    synchronized (newest) {
      return newest.size() >= capacity;
    }
  }

  private boolean isThere(String id) {
    synchronized (newest) {
      return newest.containsKey(id);
    }
  }

  /** Forgets the examples of all teachers but one. */
  @Override
  public void onlyTeacher(String teacher) {
    synchronized (newest) {
      newest.values().removeIf(held -> !held.teacher().equals(teacher));
    }
  }

  /** Notes how many fit examples the stream has had so far, each counted once. */
  @Override
  public void came(long examples) {
    stream = examples;
  }

  /** How many examples are there, and how many a decision takes. */
  public Filling filling() {
    synchronized (newest) {
      return new Filling(newest.size(), config.required(stream), stream);
    }
  }

  /**
   * How far a hold-out is filled.
   *
   * @param examples that are there
   * @param required for a decision
   * @param stream fit examples so far that they are a share of
   */
  public record Filling(int examples, int required, long stream) {

    boolean isEnough() {
      return examples >= required;
    }
  }

  /**
   * Examples to judge on.
   *
   * @param features direct, little-endian, as on the wire: (count, features)
   * @param teacher (count, classes) log-probabilities at T = 1
   * @param labels (count) or {@link #UNLABELLED}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Examples(ByteBuffer features, double[][] teacher, int[] labels) {

    int count() {
      return labels.length;
    }
  }

  /** The newest examples as they are now. */
  Examples examples() {
    synchronized (newest) {
      ByteBuffer features =
          ByteBuffer.allocateDirect(newest.size() * featureBytes).order(ByteOrder.LITTLE_ENDIAN);
      double[][] teacher = new double[newest.size()][];
      int[] labels = new int[newest.size()];
      int i = 0;
      for (Held held : newest.values()) {
        features.put(held.features());
        teacher[i] = held.logProbabilities();
        labels[i] = held.label();
        i++;
      }
      return new Examples(features.flip(), teacher, labels);
    }
  }
}
