package io.streamdistill.onnx.graph;

import io.streamdistill.onnx.graph.Fields.Attribute;

/** A named attribute of an ONNX node. */
public final class OnnxAttribute {

  private static final int REAL = 1;
  private static final int INTEGER = 2;
  private static final int TEXT = 3;
  private static final int INTEGERS = 7;

  private final Proto proto;

  private OnnxAttribute(Proto proto) {
    this.proto = proto;
  }

  public static OnnxAttribute integer(String name, long value) {
    return new OnnxAttribute(named(name, INTEGER).number(Attribute.INTEGER, value));
  }

  public static OnnxAttribute integers(String name, long... values) {
    return new OnnxAttribute(named(name, INTEGERS).packed(Attribute.INTEGERS, values));
  }

  public static OnnxAttribute real(String name, double value) {
    return new OnnxAttribute(named(name, REAL).real(Attribute.REAL, (float) value));
  }

  public static OnnxAttribute text(String name, String value) {
    return new OnnxAttribute(named(name, TEXT).text(Attribute.TEXT, value));
  }

  Proto proto() {
    return proto;
  }

  private static Proto named(String name, int type) {
    return new Proto().text(Attribute.NAME, name).number(Attribute.TYPE, type);
  }
}
