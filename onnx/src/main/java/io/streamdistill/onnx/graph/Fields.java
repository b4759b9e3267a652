package io.streamdistill.onnx.graph;

/**
 * Numbers of the fields of onnx.proto that models of students have, by message.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto">onnx.proto</a>
 */
final class Fields {

  private Fields() {}

  static final class Model {
    static final int IR_VERSION = 1;
    static final int PRODUCER_NAME = 2;
    static final int PRODUCER_VERSION = 3;
    static final int GRAPH = 7;
    static final int OPERATOR_SET = 8;
    static final int METADATA = 14;

    private Model() {}
  }

  static final class OperatorSet {
    static final int VERSION = 2;

    private OperatorSet() {}
  }

  static final class Property {
    static final int KEY = 1;
    static final int VALUE = 2;

    private Property() {}
  }

  static final class Graph {
    static final int NODE = 1;
    static final int NAME = 2;
    static final int INITIALIZER = 5;
    static final int INPUT = 11;
    static final int OUTPUT = 12;

    private Graph() {}
  }

  static final class Node {
    static final int INPUT = 1;
    static final int OUTPUT = 2;
    static final int NAME = 3;
    static final int OPERATOR = 4;
    static final int ATTRIBUTE = 5;

    private Node() {}
  }

  static final class Attribute {
    static final int NAME = 1;
    static final int REAL = 2;
    static final int INTEGER = 3;
    static final int TEXT = 4;
    static final int INTEGERS = 8;
    static final int TYPE = 20;

    private Attribute() {}
  }

  static final class Tensor {
    static final int SIZES = 1;
    static final int TYPE = 2;
    static final int NAME = 8;
    static final int RAW = 9;
    static final int EXTERNAL = 13;

    private Tensor() {}
  }

  static final class Value {
    static final int NAME = 1;
    static final int TYPE = 2;
    static final int DESCRIPTION = 3;

    private Value() {}
  }

  static final class ValueType {
    static final int TENSOR = 1;

    private ValueType() {}
  }

  static final class TensorType {
    static final int ELEMENT = 1;
    static final int SHAPE = 2;

    private TensorType() {}
  }

  static final class Shape {
    static final int DIMENSION = 1;

    private Shape() {}
  }

  static final class Dimension {
    static final int SIZE = 1;
    static final int NAME = 2;

    private Dimension() {}
  }
}
