package io.streamdistill.teacher.onnx;

import ai.onnxruntime.OnnxJavaType;
import io.streamdistill.teacher.engine.ElementType;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Element types as ONNX Runtime has them. */
final class OnnxTypes {

  private static final Map<ElementType, OnnxJavaType> ONNX = new EnumMap<>(ElementType.class);

  static {
    for (ElementType type : ElementType.values()) {
      ONNX.put(type, OnnxJavaType.valueOf(type.name()));
    }
  }

  private OnnxTypes() {}

  static OnnxJavaType of(ElementType type) {
    return Objects.requireNonNull(ONNX.get(type));
  }

  /** Empty for types that features cannot be turned into. */
  static Optional<ElementType> of(OnnxJavaType onnx) {
    return ONNX.keySet().stream().filter(type -> of(type) == onnx).findFirst();
  }
}
