package io.streamdistill.teacher.engine;

import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Features;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The features of a batch, in the forms that teachers take: as they are on the wire, as floats, or
 * some of them as another type. Each form is made once per batch, when a teacher first asks for it,
 * in a direct buffer of the machine's byte order that all batches share: what is given is valid
 * until the batch is cleared, and to be read only. Not thread-safe.
 */
public final class FeatureBatch {

  private static final Logger log = LoggerFactory.getLogger(FeatureBatch.class);

  /** Rows in which fractions are looked for that an input of whole numbers rounds away. */
  private static final int FRACTIONS_LOOKED_FOR = 1000;

  /** Rows of one form, and how many of them are made. */
  private static final class Rows {
    private final ByteBuffer buffer;
    private int made;
    private int unseen;

    private Rows(ByteBuffer buffer, int unseen) {
      this.buffer = buffer;
      this.unseen = unseen;
    }
  }

  private final Features features;
  private final Features unscaled;
  private final int fractionsLookedFor; // rows per form
  private final ByteBuffer[] rows; // (capacity), features on the wire
  private int size;

  private @Nullable FloatBuffer floats; // (capacity, length), what models see
  private int floatRows;
  private @Nullable FloatBuffer elements; // (capacity, length), as on the wire
  private int elementRows;
  private @Nullable ByteBuffer bytes; // (capacity, length), as on the wire
  private int byteRows;
  private final Map<InputForm, Rows> forms = new HashMap<>();
  private final Map<Integer, FeatureBatch> parts = new HashMap<>(); // by capacity
  private final Map<Integer, String> misfits = new TreeMap<>();

  /**
   * Creates an empty batch.
   *
   * @param contract with the scaling for models whose input is of a floating-point type
   * @param capacity most rows, >= 1
   */
  public FeatureBatch(FeatureContract contract, int capacity) {
    this(contract, capacity, FRACTIONS_LOOKED_FOR);
  }

  private FeatureBatch(FeatureContract contract, int capacity, int fractionsLookedFor) {
    this.fractionsLookedFor = fractionsLookedFor;
    this.features = new Features(contract);
    this.unscaled = new Features(new FeatureContract(contract.type(), contract.shape(), 1, 0));
    this.rows = new ByteBuffer[capacity];
  }

  /** A batch of made-up features, whose fractions are nobody's fault. */
  public static FeatureBatch madeUp(FeatureContract contract, int capacity) {
    return new FeatureBatch(contract, capacity, 0);
  }

  /** Adds a row; {@code wire} holds valid features and must not change until the batch is clear. */
  public void add(ByteBuffer wire) {
    rows[size++] = wire;
  }

  /** Empties the batch for its next use. */
  public void clear() {
    size = 0;
    floatRows = 0;
    elementRows = 0;
    byteRows = 0;
    forms.values().forEach(form -> form.made = 0);
    misfits.clear();
  }

  /** Rows added. */
  public int rows() {
    return size;
  }

  /** Features of {@code row} on the wire, to be read only. */
  public ByteBuffer row(int row) {
    return rows[row];
  }

  /** What a row is, with the scaling that {@link #floats} has. */
  public FeatureContract contract() {
    return features.contract();
  }

  /** Most rows. */
  public int capacity() {
    return rows.length;
  }

  /**
   * Rows that an element type cannot hold, and why; of the forms asked for so far. Who scores parts
   * adds what theirs say.
   */
  public Map<Integer, String> misfits() {
    return misfits;
  }

  /**
   * Rows {@code from} to before {@code to} as a batch of their own, valid until the next one of the
   * same capacity is asked for.
   */
  public FeatureBatch part(int from, int to, int capacity) {
    FeatureBatch part =
        parts.computeIfAbsent(
            capacity, size -> new FeatureBatch(features.contract(), size, fractionsLookedFor));
    part.clear();
    for (int row = from; row < to; row++) {
      part.add(rows[row]);
    }
    return part;
  }

  /**
   * The features as a model sees them, in a direct buffer; rows beyond {@link #rows()} hold the
   * first row again.
   *
   * @param count rows wanted, at most {@link #capacity()}
   * @return (count, length), position 0
   */
  public FloatBuffer floats(int count) {
    int length = features.contract().length();
    if (floats == null) {
      floats = direct(Float.BYTES * (long) length).asFloatBuffer();
    }
    floats.clear().position(floatRows * length);
    for (; floatRows < size; floatRows++) {
      features.decode(rows[floatRows], floats);
    }
    for (int row = size; row < count; row++) {
      floats.put(row * length, floats, 0, length);
    }
    return floats.position(0).limit(count * length);
  }

  /**
   * The features as they are on the wire, little-endian, in a direct buffer; rows beyond {@link
   * #rows()} hold the first row again.
   *
   * @param count rows wanted, at most {@link #capacity()}
   * @return (count, length) elements of the contract's type, position 0
   */
  public ByteBuffer wire(int count) {
    int length = features.contract().bytes();
    if (bytes == null) {
      bytes = direct(length).order(ByteOrder.LITTLE_ENDIAN);
    }
    bytes.clear().position(byteRows * length);
    for (; byteRows < size; byteRows++) {
      bytes.put(rows[byteRows].slice());
    }
    repeatFirst(bytes, length, count);
    return bytes.position(0).limit(count * length);
  }

  /**
   * Some of the features as another element type, in a direct buffer; rows beyond {@link #rows()}
   * hold the first row again.
   *
   * @param count rows wanted, at most {@link #capacity()}
   * @return (count, length of the form), position 0
   */
  public ByteBuffer form(InputForm form, int count) {
    Rows made =
        forms.computeIfAbsent(
            form, any -> new Rows(direct(form.bytesPerRow()), fractionsLookedFor));
    FloatBuffer source = form.type().isInteger() ? elements() : floats(size);
    ByteBuffer out = made.buffer;
    out.clear().position(made.made * form.bytesPerRow());
    for (; made.made < size; made.made++) {
      int start = made.made * features.contract().length();
      if (made.unseen > 0) {
        warnOfFractions(form, made, source, start);
      }
      int misfit = form.append(source, start, out);
      if (misfit >= 0) {
        misfits.putIfAbsent(
            made.made,
            "feature %d does not fit the model's input, which is %s"
                .formatted(misfit, form.type().label()));
      }
    }
    repeatFirst(out, form.bytesPerRow(), count);
    return out.position(0).limit(count * form.bytesPerRow());
  }

  private static void warnOfFractions(InputForm form, Rows made, FloatBuffer source, int start) {
    made.unseen--;
    if (form.rounds(source, start)) {
      made.unseen = 0;
      log.warn(
          "An input of the model is {}, but features among {} to {} have fractions, which are"
              + " rounded. Such inputs get the elements as they are on the wire, not scaled: send the"
              + " whole numbers that the model was made for",
          form.type().label(),
          form.from(),
          form.from() + form.length() - 1);
    }
  }

  private FloatBuffer elements() {
    int length = features.contract().length();
    if (elements == null) {
      elements = direct(Float.BYTES * (long) length).asFloatBuffer();
    }
    elements.clear().position(elementRows * length);
    for (; elementRows < size; elementRows++) {
      unscaled.decode(rows[elementRows], elements);
    }
    return elements;
  }

  private void repeatFirst(ByteBuffer out, int bytesPerRow, int count) {
    for (int row = size; row < count; row++) {
      out.put(row * bytesPerRow, out, 0, bytesPerRow);
    }
  }

  private ByteBuffer direct(long bytesPerRow) {
    return ByteBuffer.allocateDirect(Math.toIntExact(rows.length * bytesPerRow))
        .order(ByteOrder.nativeOrder());
  }
}
