package io.streamdistill.student.onnx;

import java.nio.charset.StandardCharsets;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.AttributeProto.AttributeType;
import org.nd4j.shade.protobuf.ByteString;

/** A named attribute of an ONNX node. */
public final class OnnxAttribute {

  private final AttributeProto proto;

  private OnnxAttribute(AttributeProto proto) {
    this.proto = proto;
  }

  public static OnnxAttribute integer(String name, long value) {
    return new OnnxAttribute(named(name, AttributeType.INT).setI(value).build());
  }

  public static OnnxAttribute integers(String name, long... values) {
    AttributeProto.Builder attribute = named(name, AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return new OnnxAttribute(attribute.build());
  }

  public static OnnxAttribute real(String name, double value) {
    return new OnnxAttribute(named(name, AttributeType.FLOAT).setF((float) value).build());
  }

  public static OnnxAttribute text(String name, String value) {
    ByteString bytes = ByteString.copyFrom(value, StandardCharsets.UTF_8);
    return new OnnxAttribute(named(name, AttributeType.STRING).setS(bytes).build());
  }

  AttributeProto proto() {
    return proto;
  }

  private static AttributeProto.Builder named(String name, AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }
}
