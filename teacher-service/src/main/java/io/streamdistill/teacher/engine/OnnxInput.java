package io.streamdistill.teacher.engine;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import io.streamdistill.core.transfer.FeatureContract;
import io.streamdistill.schema.FeatureType;
import java.util.Collection;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The one input of a model, found to agree with the feature contract.
 *
 * @param rawBytes whether the model takes bytes as they are on the wire, instead of scaled floats
 * @param fixedRows number of rows that the model insists on, or 0 for any
 * @param example shape of one example, without the batch dimension
 */
record OnnxInput(String name, boolean rawBytes, int fixedRows, List<Long> example) {

  private static final long ANY = -1;

  /**
   * Finds the input.
   *
   * @param batchSize rows of a full batch
   * @throws TeacherException when the model takes something else than the contract promises
   */
  static OnnxInput of(
      String model, Collection<NodeInfo> inputs, FeatureContract contract, int batchSize) {
    if (inputs.size() != 1) {
      throw new TeacherException(
          "%s has inputs %s; a teacher has exactly one, of shape (N, features): export the model again"
              .formatted(model, inputs.stream().map(NodeInfo::getName).toList()));
    }
    NodeInfo input = inputs.iterator().next();
    if (!(input.getInfo() instanceof TensorInfo tensor)) {
      throw new TeacherException(
          "%s: input '%s' is no tensor; export the model with a float32 or uint8 tensor as input"
              .formatted(model, input.getName()));
    }
    boolean rawBytes = tensor.type == OnnxJavaType.UINT8;
    if (!rawBytes && tensor.type != OnnxJavaType.FLOAT) {
      throw new TeacherException(
          "%s: input '%s' is %s; export the model with a float32 or uint8 input"
              .formatted(model, input.getName(), tensor.type));
    }
    if (rawBytes && contract.type() != FeatureType.U8) {
      throw new TeacherException(
          "%s: input '%s' is uint8, but features.type is %s; set features.type to u8, or export the"
                  .formatted(model, input.getName(), contract.type())
              + " model with a float32 input");
    }
    long[] shape = tensor.getShape(); // (N, ...)
    long rows = shape.length == 0 ? ANY : shape[0];
    if (rows != ANY && rows != batchSize) {
      throw new TeacherException(
          "%s: input '%s' takes exactly %d rows; set teacher.batch-size to %d, or export the model"
                  .formatted(model, input.getName(), rows, rows)
              + " with a dynamic batch dimension");
    }
    return new OnnxInput(
        input.getName(),
        rawBytes,
        rows == ANY ? 0 : batchSize,
        exampleShape(model, input.getName(), shape, contract));
  }

  private static List<Long> exampleShape(
      String model, String name, long[] shape, FeatureContract contract) {
    List<Long> wanted = contract.shape().stream().map(Integer::longValue).toList();
    List<Long> found = LongStream.of(shape).skip(1).boxed().toList();
    if (matches(found, wanted)) {
      return wanted;
    }
    boolean known = !found.isEmpty() && !found.contains(ANY);
    if (known && found.stream().reduce(1L, Math::multiplyExact) == contract.length()) {
      return found; // the same elements, row-major, under another shape
    }
    List<Long> flat = List.of((long) contract.length());
    if (matches(found, flat)) {
      return flat;
    }
    throw new TeacherException(
        "%s: input '%s' has shape %s after the batch dimension, features.shape is %s; make them agree"
            .formatted(model, name, found.toString().replace("-1", "any"), contract.shape()));
  }

  private static boolean matches(List<Long> found, List<Long> wanted) {
    boolean matches = found.size() == wanted.size();
    for (int i = 0; matches && i < found.size(); i++) {
      matches = found.get(i) == ANY || found.get(i).equals(wanted.get(i));
    }
    return matches;
  }

  /** Wraps the first {@code rows} of a batch, without copying. */
  OnnxTensor tensor(OrtEnvironment environment, FeatureBatch batch, int rows) throws OrtException {
    long[] shape =
        LongStream.concat(LongStream.of(rows), example.stream().mapToLong(Long::longValue))
            .toArray();
    return rawBytes
        ? OnnxTensor.createTensor(environment, batch.bytes(rows), shape, OnnxJavaType.UINT8)
        : OnnxTensor.createTensor(environment, batch.floats(rows), shape);
  }
}
