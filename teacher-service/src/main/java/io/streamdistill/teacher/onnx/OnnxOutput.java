package io.streamdistill.teacher.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxMap;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import io.streamdistill.records.ClassMap;
import io.streamdistill.teacher.engine.TeacherException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The output of a model that is read: a tensor of floating-point numbers, or a sequence with one
 * map per row from the classes to their numbers, as scikit-learn's converters write it.
 */
final class OnnxOutput {

  private static final Logger log = LoggerFactory.getLogger(OnnxOutput.class);

  private final String model;
  private final String name;
  private final ClassMap classes;
  private volatile @Nullable MapKeys keys; // of the first map that was read

  OnnxOutput(String model, String name, ClassMap classes) {
    this.model = model;
    this.name = name;
    this.classes = classes;
  }

  /** Name of the output. */
  String name() {
    return name;
  }

  /**
   * Reads what a run gave.
   *
   * @param rows of the batch
   * @throws TeacherException when these are not one number per row and class
   */
  Answers read(OnnxValue value, int rows) throws OrtException {
    if (value instanceof OnnxSequence sequence) {
      return read(sequence, rows);
    }
    OnnxTensor tensor = (OnnxTensor) value;
    long[] shape = tensor.getInfo().getShape();
    int columns = columns(shape, rows);
    return tensor.getInfo().type == OnnxJavaType.DOUBLE
        ? new Answers.Doubles(tensor.getDoubleBuffer().array(), columns)
        : new Answers.Floats(floats(tensor.getFloatBuffer()), columns);
  }

  /** Of float32, the buffer is a copy on the heap already. */
  private static float[] floats(FloatBuffer buffer) {
    if (buffer.hasArray()) {
      return buffer.array();
    }
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  /** Axes of one element count for nothing: (N, C, 1, 1) is (N, C). */
  private int columns(long[] shape, int rows) {
    boolean batch = shape.length > 0 && shape[0] == rows;
    long columns = LongStream.of(shape).skip(1).reduce(1, Math::multiplyExact);
    long wide = LongStream.of(shape).skip(1).filter(size -> size != 1).count();
    boolean single = columns == 1 && classes.count() == 2;
    if (batch && wide <= 1 && (columns == classes.count() || single)) {
      return Math.toIntExact(columns);
    }
    if (!batch) {
      throw new RowsException(
          "%s gave output '%s' of shape %s for %d rows"
              .formatted(model, name, Arrays.toString(shape), rows));
    }
    throw new TeacherException(
        "%s gave output '%s' of shape %s for %d rows and %d classes; correct the list of classes or the model%s"
            .formatted(
                model,
                name,
                Arrays.toString(shape),
                rows,
                classes.count(),
                columns == 1 ? " (one number per row is two classes)" : ""));
  }

  private Answers read(OnnxSequence sequence, int rows) throws OrtException {
    List<? extends OnnxValue> maps = sequence.getValue();
    if (maps.size() != rows) {
      throw new RowsException(
          "%s gave output '%s' with %d maps for %d rows".formatted(model, name, maps.size(), rows));
    }
    Answers.Doubles answers = Answers.Doubles.empty(rows, classes.count());
    for (int row = 0; row < rows; row++) {
      try (OnnxMap map = (OnnxMap) maps.get(row)) {
        Map<?, ?> numbers = map.getValue();
        keysOf(numbers).copy(numbers, answers.values(), row * classes.count());
      }
    }
    return answers;
  }

  private MapKeys keysOf(Map<?, ?> numbers) {
    MapKeys known = keys;
    if (known == null) {
      known = MapKeys.of(model, name, numbers.keySet(), classes);
      keys = known;
      known.logOrder(log, model, classes);
    }
    return known;
  }

  /** A model that gave another number of rows than it got: its batch is of a size of its own. */
  static final class RowsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RowsException(String message) {
      super(message);
    }
  }
}
