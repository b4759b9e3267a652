package io.streamdistill.teacher.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.teacher.engine.ElementType;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.onnx.InputSource.Constant;
import io.streamdistill.teacher.onnx.InputSource.Slice;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The inputs of a model, found to agree with the feature contract.
 *
 * @param fixedRows number of rows that the model insists on, or 0 for any
 */
record OnnxInputs(List<OnnxInput> inputs, int fixedRows) {

  /** Tensors of one run. */
  record Tensors(Map<String, OnnxTensor> byName) implements AutoCloseable {
    @Override
    public void close() {
      byName.values().forEach(OnnxTensor::close);
    }
  }

  /** An input as the model declares it. */
  record Declared(String name, ElementType type, TensorInfo tensor, String where) {

    /** A model that declares no shape at all looks like one that takes a single number. */
    boolean rankKnown() {
      return tensor.getShape().length > 0;
    }

    List<Long> shape() {
      return java.util.Arrays.stream(tensor.getShape()).boxed().toList();
    }

    /** After the batch dimension. */
    List<Long> example() {
      return rankKnown() ? shape().subList(1, shape().size()) : List.of();
    }

    /** Features that one example has at this input, or -1 when the model leaves that open. */
    long width() {
      return rankKnown() ? ExampleShape.elements(example()) : ExampleShape.ANY;
    }

    long rows() {
      return rankKnown() ? shape().get(0) : ExampleShape.ANY;
    }
  }

  /**
   * Finds out what each input gets.
   *
   * @param configured by name of the input; inputs that are not there share the features, if there
   *     is only one way to do so
   * @throws TeacherException when the model takes something else than the contract promises
   */
  static OnnxInputs of(
      String model,
      Collection<NodeInfo> nodes,
      Map<String, InputSource> configured,
      FeatureContract contract) {
    List<Declared> declared = nodes.stream().map(node -> declared(model, node)).toList();
    Map<String, InputSource> sources =
        InputSlices.of(model, declared, configured, contract.length());
    List<Declared> data =
        declared.stream().filter(input -> sources.get(input.name()) instanceof Slice).toList();
    long fixed = fixedRows(model, data);
    List<OnnxInput> inputs = new ArrayList<>();
    for (Declared input : declared) {
      InputSource source = Objects.requireNonNull(sources.get(input.name()));
      inputs.add(
          source instanceof Constant constant
              ? constant(input, constant, batchDimension(data))
              : slice(input, (Slice) source, contract));
    }
    return new OnnxInputs(List.copyOf(inputs), Math.toIntExact(fixed));
  }

  private static Declared declared(String model, NodeInfo node) {
    String where = "%s: input '%s'".formatted(model, node.getName());
    if (!(node.getInfo() instanceof TensorInfo tensor)) {
      throw new TeacherException(
          where + " is no tensor; export the model with a tensor of numbers");
    }
    ElementType type =
        OnnxTypes.of(tensor.type)
            .orElseThrow(
                () ->
                    new TeacherException(
                        "%s is %s; export the model with an input of numbers, such as float32 or int64"
                            .formatted(where, tensor.type)));
    return new Declared(node.getName(), type, tensor, where);
  }

  private static long fixedRows(String model, List<Declared> data) {
    List<Long> fixed =
        data.stream()
            .map(Declared::rows)
            .filter(rows -> rows != ExampleShape.ANY)
            .distinct()
            .toList();
    if (fixed.size() > 1 || fixed.contains(0L)) {
      throw new TeacherException(
          "%s: its inputs %s take %s rows; export the model with one batch dimension for all of them"
              .formatted(model, data.stream().map(Declared::name).toList(), fixed));
    }
    return fixed.isEmpty() ? 0 : fixed.get(0);
  }

  /** Name of the dimension that counts the rows; empty when it has none. */
  private static String batchDimension(List<Declared> data) {
    return data.stream()
        .filter(Declared::rankKnown)
        .map(input -> Objects.requireNonNullElse(input.tensor().getDimensionNames()[0], ""))
        .findFirst()
        .orElse("");
  }

  private static OnnxInput slice(Declared input, Slice slice, FeatureContract contract) {
    boolean all = slice.equals(new Slice(0, contract.length()));
    List<Long> example =
        all
            ? ExampleShape.ofAll(input.where(), input.example(), contract, input.rankKnown())
            : ExampleShape.ofSlice(
                input.where(), input.example(), slice.length(), input.rankKnown());
    List<Long> shape = new ArrayList<>(List.of(OnnxInput.ROWS));
    shape.addAll(example);
    return OnnxInput.ofSlice(input.name(), input.type(), List.copyOf(shape), slice, contract);
  }

  /** Its open dimensions are the rows, by the name that the rows have elsewhere, or the first. */
  private static OnnxInput constant(Declared input, Constant constant, String batchDimension) {
    List<Long> shape = new ArrayList<>(input.shape());
    String[] names = input.tensor().getDimensionNames();
    int rows = -1;
    for (int i = 0; i < shape.size(); i++) {
      if (shape.get(i) == ExampleShape.ANY) {
        boolean named = !batchDimension.isEmpty() && batchDimension.equals(names[i]);
        rows = rows < 0 || named ? i : rows;
      }
    }
    for (int i = 0; i < shape.size(); i++) {
      if (shape.get(i) == ExampleShape.ANY) {
        shape.set(i, i == rows ? OnnxInput.ROWS : 1L);
      }
    }
    return OnnxInput.ofConstant(input.name(), input.type(), List.copyOf(shape), constant);
  }

  /** The inputs for the first {@code rows} of a batch. */
  Tensors tensors(FeatureBatch batch, int rows) throws OrtException {
    if (inputs.size() == 1) {
      OnnxInput only = inputs.get(0);
      return new Tensors(Map.of(only.name(), only.tensor(batch, rows)));
    }
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      for (OnnxInput input : inputs) {
        tensors.put(input.name(), input.tensor(batch, rows));
      }
      return new Tensors(tensors);
    } catch (OrtException | RuntimeException e) {
      tensors.values().forEach(OnnxTensor::close);
      throw e;
    }
  }

  /** As log lines have it. */
  String text() {
    return inputs.stream().map(OnnxInput::text).collect(Collectors.joining(", "));
  }
}
