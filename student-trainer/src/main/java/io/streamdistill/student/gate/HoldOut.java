package io.streamdistill.student.gate;

import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.schema.SoftTarget;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Examples that are never trained on. Which ones depends on their id and the share alone, so every
 * pass, every student and every restart leaves out the same. The newest are kept in memory.
 * Thread-safe.
 */
public final class HoldOut {

  /** {@link Examples#labels} of an example without a label. */
  static final int UNLABELLED = -1;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Held(byte[] features, double[] logProbabilities, int label, String teacher) {}

  private final GateConfig config;
  private final double share;
  private final int capacity;
  private final int featureBytes;
  private final int classes;
  private final Map<String, Held> newest = new LinkedHashMap<>();
  private volatile long stream;

  /**
   * Creates an empty hold-out.
   *
   * @param featureBytes of an example on the wire
   */
  public HoldOut(GateConfig config, int featureBytes, int classes) {
    this.config = config;
    this.share = config.holdOutShare();
    this.capacity = config.holdOutExamples();
    this.featureBytes = featureBytes;
    this.classes = classes;
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
   * Takes an example if it is one of those that are held out.
   *
   * @param target fit for training
   * @param firstVisit whether it is new; one that comes again fills a hold-out that was lost with
   *     its process, and takes no newer one's place
   * @return whether it must not be trained on
   */
  public boolean takes(SoftTarget target, boolean firstVisit) {
    if (!holds(target.getId())) {
      return false;
    }
    if (!firstVisit && (isFull() || isThere(target))) {
      return true;
    }
    byte[] features = new byte[featureBytes];
    target.getFeatures().duplicate().get(features);
    double[] logProbabilities = new double[classes];
    if (!TargetCodec.decode(target.getEncoding(), target.getTargets(), logProbabilities)) {
      throw new IllegalArgumentException("not fit for training: " + target.getId());
    }
    TargetCodec.retemper(logProbabilities, target.getTemperature(), 1);
    Integer label = target.getLabel();
    Held held =
        new Held(
            features,
            logProbabilities,
            label == null ? UNLABELLED : label,
            target.getTeacherVersion());
    synchronized (newest) {
      newest.remove(target.getId()); // the same id, sent twice
      newest.put(target.getId(), held);
      if (newest.size() > capacity) {
        newest.remove(newest.keySet().iterator().next());
      }
    }
    return true;
  }

  private boolean isFull() {
    synchronized (newest) {
      return newest.size() >= capacity;
    }
  }

  private boolean isThere(SoftTarget target) {
    synchronized (newest) {
      return newest.containsKey(target.getId());
    }
  }

  /** Forgets the examples of all teachers but one. */
  public void keepOnly(String teacher) {
    synchronized (newest) {
      newest.values().removeIf(held -> !held.teacher().equals(teacher));
    }
  }

  /** Notes how many fit examples the stream has had so far, each counted once. */
  public void streamHas(long examples) {
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
