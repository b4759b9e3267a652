package io.streamdistill.teacher.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.streamdistill.onnx.runtime.OnnxRuntime;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.teacher.engine.ElementType;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.InputForm;
import io.streamdistill.teacher.onnx.InputSource.Constant;
import io.streamdistill.teacher.onnx.InputSource.Slice;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One input of a model, and what it gets.
 *
 * @param shape with {@link #ROWS} where the number of rows stands
 * @param asOnTheWire whether it takes the bytes of the wire without any copy
 * @param all whether it takes all the features
 */
record OnnxInput(
    String name,
    ElementType type,
    List<Long> shape,
    InputSource source,
    boolean asOnTheWire,
    boolean all) {

  /** Stands for the number of rows of a batch. */
  static final long ROWS = -1;

  static OnnxInput ofSlice(
      String name, ElementType type, List<Long> shape, Slice slice, FeatureContract contract) {
    boolean all = slice.equals(new Slice(0, contract.length()));
    boolean asOnTheWire = all && type == ElementType.UINT8 && contract.type() == FeatureType.U8;
    return new OnnxInput(name, type, shape, slice, asOnTheWire, all);
  }

  static OnnxInput ofConstant(String name, ElementType type, List<Long> shape, Constant constant) {
    return new OnnxInput(name, type, shape, constant, false, false);
  }

  /**
   * The input for the first {@code rows} of a batch. Bytes of the wire and scaled floats of all
   * features are wrapped, not copied.
   */
  OnnxTensor tensor(FeatureBatch batch, int rows) throws OrtException {
    long[] dimensions = shape.stream().mapToLong(size -> size == ROWS ? rows : size).toArray();
    if (source instanceof Constant constant) {
      return OnnxRuntime.tensor(
          filled(constant.value(), dimensions), dimensions, OnnxTypes.of(type));
    }
    if (asOnTheWire) {
      return OnnxRuntime.tensor(batch.wire(rows), dimensions, OnnxJavaType.UINT8);
    }
    if (all && type == ElementType.FLOAT) {
      return OnnxRuntime.tensor(batch.floats(rows), dimensions);
    }
    Slice slice = (Slice) source;
    InputForm form = new InputForm(type, slice.from(), slice.length());
    return OnnxRuntime.tensor(batch.form(form, rows), dimensions, OnnxTypes.of(type));
  }

  private ByteBuffer filled(double value, long[] dimensions) {
    long elements = 1;
    for (long size : dimensions) {
      elements = Math.multiplyExact(elements, size);
    }
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(Math.toIntExact(elements * type.bytes()))
            .order(ByteOrder.nativeOrder());
    while (buffer.hasRemaining()) {
      type.put(buffer, value);
    }
    return buffer.flip();
  }

  /** As log lines have it: name, type and shape of one example, and what it gets. */
  String text() {
    String size =
        shape.stream()
            .map(dimension -> dimension == ROWS ? "N" : dimension.toString())
            .collect(Collectors.joining(", ", "(", ")"));
    String gets = source instanceof Constant ? " = " + source : " of features " + source;
    return "'%s' %s %s%s".formatted(name, type.label(), size, all ? "" : gets);
  }
}
