package io.streamdistill.engine.export;

import io.streamdistill.onnx.graph.OnnxType;
import io.streamdistill.records.Standardisation;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an exported model promises to those who call it.
 *
 * @param student name of the student
 * @param featureType element type of the features on the wire: {@code u8}, {@code f16} or {@code
 *     f32}
 * @param shape shape of one record's features, such as [1, 28, 28]; the model takes them flat
 * @param scale the network sees feature x scale + offset; 1/255 is usual for images
 * @param offset the network sees feature x scale + offset
 * @param standardisation what the network sees instead, computed from that; null for none
 * @param classNames names of the classes, in the order of the outputs
 * @param metadata further entries of the model's metadata
 */
public record ExportContract(
    String student,
    String featureType,
    List<Long> shape,
    float scale,
    float offset,
    @Nullable Standardisation standardisation,
    List<String> classNames,
    Map<String, String> metadata) {

  /** Without a standardisation. */
  public ExportContract(
      String student,
      String featureType,
      List<Long> shape,
      float scale,
      float offset,
      List<String> classNames,
      Map<String, String> metadata) {
    this(student, featureType, shape, scale, offset, null, classNames, metadata);
  }

  public ExportContract {
    shape = List.copyOf(shape);
    classNames = List.copyOf(classNames);
    metadata = Map.copyOf(metadata);
    require(!student.isBlank(), "student must have a name");
    require(
        List.of("u8", "f16", "f32").contains(featureType),
        "featureType must be u8, f16 or f32, got %s",
        featureType);
    require(
        !shape.isEmpty() && shape.stream().allMatch(size -> size > 0),
        "shape must have positive sizes, got %s",
        shape);
    require(Float.isFinite(scale) && scale != 0, "scale must be finite and not 0, got %s", scale);
    require(Float.isFinite(offset), "offset must be finite, got %s", offset);
    require(
        standardisation == null
            || standardisation.length() == shape.stream().reduce(1L, Math::multiplyExact),
        "the standardisation must be of as many features as shape %s has",
        shape);
    require(classNames.size() >= 2, "classNames must name two classes or more, got %s", classNames);
    require(
        new HashSet<>(classNames).size() == classNames.size(),
        "classNames must differ from each other, got %s",
        classNames);
  }

  /** Number of elements of one record's features. */
  public int featureLength() {
    return Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
  }

  /** Element type of the features. */
  public OnnxType type() {
    return switch (featureType) {
      case "u8" -> OnnxType.U8;
      case "f16" -> OnnxType.F16;
      default -> OnnxType.F32;
    };
  }

  private static void require(boolean condition, String message, Object... arguments) {
    if (!condition) {
      throw new IllegalArgumentException(message.formatted(arguments));
    }
  }
}
