package io.streamdistill.cli.evaluate;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.streamdistill.engine.export.OnnxExport;
import io.streamdistill.onnx.runtime.OnnxRuntime;
import io.streamdistill.onnx.runtime.OnnxSession;
import io.streamdistill.onnx.runtime.UnloadableException;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Features;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * An ONNX classifier in ONNX Runtime, on one thread. A model whose input has the type of the
 * features is fed them as they are; one with a float32 input is fed element x scale + offset,
 * unless its metadata says that it scales by itself, as students that StreamDistill exports do.
 */
final class OnnxClassifier implements AutoCloseable {

  private final OnnxSession session;
  private final String input;
  private final OnnxJavaType type;
  private final long[] itemShape; // without the batch
  private final Features features;
  private final String output;

  private OnnxClassifier(OnnxSession session, FeatureContract contract) throws OrtException {
    this.session = session;
    this.input = only("input", OnnxExport.FEATURES, session.inputs().keySet());
    TensorInfo tensor = tensor(session.inputs(), input);
    this.type = tensor.type;
    if (type != OnnxJavaType.FLOAT && type != onWire(contract.type())) {
      throw new EvaluationException(
          "input '%s' is %s, but the features are %s; pass the examples that the model was made for"
              .formatted(input, type, contract.type()));
    }
    this.itemShape = itemShape(tensor, contract);
    boolean scalesItself = session.metadata().containsKey(OnnxExport.FEATURE_TYPE_KEY);
    this.features =
        new Features(
            scalesItself ? new FeatureContract(contract.type(), contract.shape(), 1, 0) : contract);
    Set<String> outputs = session.outputs().keySet();
    this.output =
        Stream.of(OnnxExport.LOGITS, OnnxExport.PROBABILITIES)
            .filter(outputs::contains)
            .findFirst()
            .orElseGet(() -> only("output", OnnxExport.LOGITS, outputs));
  }

  /**
   * Loads a model.
   *
   * @param contract type, length, scale and offset of the features
   * @throws EvaluationException when ONNX Runtime does not load it, or it is no classifier of such
   *     features
   */
  static OnnxClassifier open(Path model, FeatureContract contract) {
    OnnxSession session;
    try {
      session = OnnxSession.open(model, 1);
    } catch (UnloadableException e) {
      throw ModelUnderTest.notLoaded(model, e.reason(), e);
    }
    try {
      return new OnnxClassifier(session, contract);
    } catch (EvaluationException e) {
      session.close();
      throw new EvaluationException(model + ": " + e.getMessage(), e);
    } catch (OrtException e) {
      session.close();
      throw ModelUnderTest.notLoaded(model, String.valueOf(e.getMessage()), e);
    }
  }

  private static OnnxJavaType onWire(FeatureType type) {
    return switch (type) {
      case U8 -> OnnxJavaType.UINT8;
      case F16 -> OnnxJavaType.FLOAT16;
      case F32 -> OnnxJavaType.FLOAT;
    };
  }

  /** Whether it gives logits; else, probabilities. */
  boolean givesLogits() {
    return !output.equals(OnnxExport.PROBABILITIES);
  }

  private static String only(String what, String name, Set<String> names) {
    if (names.contains(name)) {
      return name;
    }
    if (names.size() != 1) {
      throw new EvaluationException(
          "has the %ss %s; name the one to use '%s'".formatted(what, names, name));
    }
    return names.iterator().next();
  }

  private static TensorInfo tensor(Map<String, NodeInfo> nodes, String name) {
    NodeInfo node = nodes.get(name);
    if (node != null && node.getInfo() instanceof TensorInfo tensor) {
      return tensor;
    }
    throw new EvaluationException("'%s' is no tensor".formatted(name));
  }

  private static long[] itemShape(TensorInfo tensor, FeatureContract contract) {
    long[] shape = tensor.getShape(); // -1: symbolic
    if (shape.length < 2 || shape[0] != -1) {
      throw new EvaluationException(
          "the input's shape %s has no symbolic batch dimension in front; export it with one"
              .formatted(Arrays.toString(shape)));
    }
    long[] item = LongStream.of(shape).skip(1).toArray();
    if (LongStream.of(item).anyMatch(size -> size < 0)) {
      return contract.shape().stream().mapToLong(Integer::longValue).toArray();
    }
    long length = LongStream.of(item).reduce(1, Math::multiplyExact);
    if (length != contract.length()) {
      throw new EvaluationException(
          "the input takes %d values, an example has %d; pass the examples that the model was made for"
              .formatted(length, contract.length()));
    }
    return item;
  }

  /** Copies features as on the wire, (batch, length), into a tensor of the model's input type. */
  OnnxTensor tensor(ByteBuffer batch, int size) throws OrtException {
    long[] shape = LongStream.concat(LongStream.of(size), LongStream.of(itemShape)).toArray();
    if (type != OnnxJavaType.FLOAT) {
      ByteBuffer direct =
          ByteBuffer.allocateDirect(batch.remaining())
              .order(ByteOrder.nativeOrder()) // little-endian, as on the wire
              .put(batch.duplicate());
      return OnnxRuntime.tensor(direct.flip(), shape, type);
    }
    FeatureContract contract = features.contract();
    FloatBuffer floats =
        ByteBuffer.allocateDirect(
                Math.multiplyExact(Math.multiplyExact(size, contract.length()), Float.BYTES))
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int i = 0; i < size; i++) {
      features.decode(
          batch.slice(batch.position() + i * contract.bytes(), contract.bytes()), floats);
    }
    return OnnxRuntime.tensor(floats.flip(), shape);
  }

  /** Scores of a batch, (batch, classes): logits where the model gives them. */
  float[][] scores(OnnxTensor batch) throws OrtException {
    try (OrtSession.Result result = session.run(Map.of(input, batch), Set.of(output))) {
      if (result.get(0).getValue() instanceof float[][] scores) {
        return scores;
      }
      throw new EvaluationException(
          "output '%s' is no float32 of shape (batch, classes)".formatted(output));
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
