package io.streamdistill.onnx;

import io.streamdistill.onnx.Message.Field;
import io.streamdistill.onnx.Message.Kind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Tells whether an ONNX file is of the kind that students are exported as: their operators, of one
 * version and ONNX's own domain, with every weight in the file. Nothing is loaded or run, and
 * memory is needed for the names in it only, whatever the file claims.
 *
 * <p>So a model cannot bring along functions, subgraphs, custom operators or references to other
 * files, none of which a student needs.
 */
public final class StudentModel {

  /** The operators that the export of students writes, and their quantization. */
  static final Set<String> OPERATORS =
      Set.of(
          "Add",
          "AveragePool",
          "BatchNormalization",
          "Cast",
          "Clip",
          "Conv",
          "ConvInteger",
          "Div",
          "DynamicQuantizeLinear",
          "Elu",
          "Flatten",
          "Gemm",
          "GlobalAveragePool",
          "GlobalMaxPool",
          "HardSigmoid",
          "Identity",
          "LeakyRelu",
          "MatMul",
          "MatMulInteger",
          "MaxPool",
          "Min",
          "Mul",
          "ReduceSum",
          "Relu",
          "Reshape",
          "Selu",
          "Sigmoid",
          "Softmax",
          "Softplus",
          "Softsign",
          "Sub",
          "Tanh",
          "ThresholdedRelu");

  private static final long OPERATOR_SET = 13;
  private static final long NEWEST_IR = 8;
  private static final int MAX_MESSAGES = 200_000;
  private static final int MAX_NAME_BYTES = 1 << 10;
  private static final int MAX_METADATA_BYTES = 16 << 20;
  private static final int MAX_RANK = 8;
  private static final long MAX_ATTRIBUTE = 1 << 16;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Wire wire;
  private int messages;

  private StudentModel(Wire wire) {
    this.wire = wire;
  }

  /**
   * Looks through a file.
   *
   * @return what it has that no student's model has, or how it is damaged, to go on from "the
   *     model"; empty when there is nothing
   */
  public static Optional<String> problem(Path file) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
      StudentModel model = new StudentModel(new Wire(in, Files.size(file)));
      model.read(Message.MODEL, model.wire.size());
      return Optional.empty();
    } catch (UnexpectedContent e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return Optional.of("cannot be read: " + e);
    }
  }

  private void read(Message message, long end) throws IOException {
    if (++messages > MAX_MESSAGES) {
      throw new UnexpectedContent("has more than %d parts".formatted(MAX_MESSAGES));
    }
    Contents contents = new Contents();
    while (wire.position() < end) {
      long tag = wire.varint(end);
      Field field = message.fields().get((int) Math.min(tag >>> 3, Integer.MAX_VALUE));
      if (field == null) {
        throw new UnexpectedContent(
            "has %s, which no student's model has".formatted(message.refused((int) (tag >>> 3))));
      }
      read(message, field, (int) (tag & 7), end, contents);
    }
    check(message, contents);
  }

  private void read(Message message, Field field, int wireType, long end, Contents contents)
      throws IOException {
    boolean packed = field.kind() == Kind.INTEGER && field.repeated() && wireType == Wire.BYTES;
    int expected =
        switch (field.kind()) {
          case INTEGER -> packed ? Wire.BYTES : Wire.VARINT;
          case REAL -> Wire.FIXED32;
          case TEXT, BYTES, MESSAGE -> Wire.BYTES;
        };
    if (wireType != expected) {
      throw new UnexpectedContent(
          "has a %s of the wrong wire type, %d, in its %s"
              .formatted(field.name(), wireType, message.label()));
    }
    if (packed) {
      long last = wire.endOfBytes(end);
      while (wire.position() < last) {
        addNumber(field, wire.varint(last), contents);
      }
      return;
    }
    switch (field.kind()) {
      case INTEGER -> addNumber(field, wire.varint(end), contents);
      case REAL -> skip(field, wire.position() + Float.BYTES, end, contents);
      case TEXT ->
          contents.add(
              field,
              wire.text(end, message == Message.ENTRY ? MAX_METADATA_BYTES : MAX_NAME_BYTES));
      case BYTES -> skip(field, wire.endOfBytes(end), end, contents);
      case MESSAGE -> {
        contents.add(field, true);
        read(Objects.requireNonNull(field.message()), wire.endOfBytes(end));
      }
    }
  }

  private void addNumber(Field field, long number, Contents contents) throws UnexpectedContent {
    contents.add(field, number);
    if (field.repeated() && contents.longs(field.name()).size() > MAX_RANK) {
      throw new UnexpectedContent(
          "has more than %d numbers in one %s".formatted(MAX_RANK, field.name()));
    }
  }

  private void skip(Field field, long to, long end, Contents contents) throws IOException {
    if (to > end) {
      throw new UnexpectedContent("is cut short at byte " + wire.position());
    }
    contents.add(field, to - wire.position());
    wire.skipTo(to);
  }

  private static void check(Message message, Contents contents) throws UnexpectedContent {
    switch (message) {
      case MODEL -> checkModel(contents);
      case OPERATOR_SET ->
          require(
              contents.number("version") == OPERATOR_SET,
              "uses operator set %s, students use %s"
                  .formatted(contents.number("version"), OPERATOR_SET));
      case NODE ->
          require(
              OPERATORS.contains(contents.text("op_type")),
              "has the operator '%s', which no student's model has; it comes from elsewhere, or from a newer StreamDistill than this"
                  .formatted(contents.text("op_type")));
      case ATTRIBUTE -> checkAttribute(contents);
      case TENSOR -> checkTensor(contents);
      default -> {}
    }
  }

  private static void checkModel(Contents model) throws UnexpectedContent {
    require(model.has("graph") && model.has("opset_import"), "has no graph, or no operator set");
    long version = model.number("ir_version");
    require(
        version >= 1 && version <= NEWEST_IR,
        "has the format version %s, students have up to %s".formatted(version, NEWEST_IR));
  }

  /** Window sizes, pads and axes: small numbers, which decide how much memory a run takes. */
  private static void checkAttribute(Contents attribute) throws UnexpectedContent {
    for (List<Long> numbers : List.of(attribute.longs("i"), attribute.longs("ints"))) {
      for (long number : numbers) {
        require(
            Math.abs(number) <= MAX_ATTRIBUTE && number != Long.MIN_VALUE,
            "has the attribute %s = %s, larger than any student's"
                .formatted(attribute.text("name"), number));
      }
    }
  }

  private static void checkTensor(Contents tensor) throws UnexpectedContent {
    long type = tensor.number("data_type");
    long bytes = elementBytes(type);
    require(
        bytes > 0,
        "has the tensor '%s' of type %s, which no student's model has"
            .formatted(tensor.text("name"), type));
    try {
      for (long size : tensor.longs("dims")) {
        require(size >= 0, "has the tensor '%s' of a negative size".formatted(tensor.text("name")));
        bytes = Math.multiplyExact(bytes, size);
      }
    } catch (ArithmeticException e) {
      bytes = Long.MAX_VALUE;
    }
    require(
        bytes == tensor.number("raw_data"),
        "has the tensor '%s' of shape %s with %s bytes of data"
            .formatted(tensor.text("name"), tensor.longs("dims"), tensor.number("raw_data")));
  }

  /** Bytes of an element of TensorProto's type; 0 for those that students do not have. */
  private static long elementBytes(long type) {
    return switch ((int) Math.min(type, 99)) {
      case 1 -> 4; // FLOAT
      case 2, 3 -> 1; // UINT8, INT8
      case 7 -> 8; // INT64
      case 10 -> 2; // FLOAT16
      default -> 0;
    };
  }

  private static void require(boolean holds, String otherwise) throws UnexpectedContent {
    if (!holds) {
      throw new UnexpectedContent(otherwise);
    }
  }
}
