package io.streamdistill.onnx;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The messages of onnx.proto that models of students are made of, and of each the fields that they
 * have. Whatever is not listed is refused.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto">onnx.proto</a>
 */
enum Message {
  MODEL,
  OPERATOR_SET,
  GRAPH,
  NODE,
  ATTRIBUTE,
  TENSOR,
  VALUE,
  TYPE,
  TENSOR_TYPE,
  SHAPE,
  DIMENSION,
  ENTRY;

  /** What a field holds. */
  enum Kind {
    INTEGER,
    REAL,
    TEXT,
    /** Of which only the length matters here. */
    BYTES,
    MESSAGE
  }

  /**
   * A field.
   *
   * @param repeated whether it may occur more than once
   * @param message of a {@link Kind#MESSAGE}
   */
  record Field(String name, Kind kind, boolean repeated, @Nullable Message message) {

    static Field one(String name, Kind kind) {
      return new Field(name, kind, false, null);
    }

    static Field many(String name, Kind kind) {
      return new Field(name, kind, true, null);
    }

    static Field one(String name, Message message) {
      return new Field(name, Kind.MESSAGE, false, message);
    }

    static Field many(String name, Message message) {
      return new Field(name, Kind.MESSAGE, true, message);
    }
  }

  /** The fields by their numbers. */
  Map<Integer, Field> fields() {
    return Objects.requireNonNull(FIELDS.get(this), name());
  }

  private static final Map<Message, Map<Integer, Field>> FIELDS =
      Map.ofEntries(
          Map.entry(
              MODEL,
              Map.of(
                  1, Field.one("ir_version", Kind.INTEGER),
                  2, Field.one("producer_name", Kind.TEXT),
                  3, Field.one("producer_version", Kind.TEXT),
                  7, Field.one("graph", GRAPH),
                  8, Field.one("opset_import", OPERATOR_SET),
                  14, Field.many("metadata_props", ENTRY))),
          Map.entry(OPERATOR_SET, Map.of(2, Field.one("version", Kind.INTEGER))),
          Map.entry(
              GRAPH,
              Map.of(
                  1, Field.many("node", NODE),
                  2, Field.one("name", Kind.TEXT),
                  5, Field.many("initializer", TENSOR),
                  11, Field.many("input", VALUE),
                  12, Field.many("output", VALUE))),
          Map.entry(
              NODE,
              Map.of(
                  1, Field.many("input", Kind.TEXT),
                  2, Field.many("output", Kind.TEXT),
                  3, Field.one("name", Kind.TEXT),
                  4, Field.one("op_type", Kind.TEXT),
                  5, Field.many("attribute", ATTRIBUTE))),
          Map.entry(
              ATTRIBUTE,
              Map.of(
                  1, Field.one("name", Kind.TEXT),
                  2, Field.one("f", Kind.REAL),
                  3, Field.one("i", Kind.INTEGER),
                  8, Field.many("ints", Kind.INTEGER),
                  20, Field.one("type", Kind.INTEGER))),
          Map.entry(
              TENSOR,
              Map.of(
                  1, Field.many("dims", Kind.INTEGER),
                  2, Field.one("data_type", Kind.INTEGER),
                  8, Field.one("name", Kind.TEXT),
                  9, Field.one("raw_data", Kind.BYTES))),
          Map.entry(
              VALUE,
              Map.of(
                  1, Field.one("name", Kind.TEXT),
                  2, Field.one("type", TYPE),
                  3, Field.one("doc_string", Kind.TEXT))),
          Map.entry(TYPE, Map.of(1, Field.one("tensor_type", TENSOR_TYPE))),
          Map.entry(
              TENSOR_TYPE,
              Map.of(1, Field.one("elem_type", Kind.INTEGER), 2, Field.one("shape", SHAPE))),
          Map.entry(SHAPE, Map.of(1, Field.many("dim", DIMENSION))),
          Map.entry(
              DIMENSION,
              Map.of(
                  1, Field.one("dim_value", Kind.INTEGER), 2, Field.one("dim_param", Kind.TEXT))),
          Map.entry(
              ENTRY, Map.of(1, Field.one("key", Kind.TEXT), 2, Field.one("value", Kind.TEXT))));

  /** Name of a field that is refused, where onnx.proto has one that a reader may ask about. */
  String refused(int number) {
    String name =
        switch (this) {
          case MODEL -> Map.of(20, "training_info", 25, "functions").get(number);
          case OPERATOR_SET -> Map.of(1, "domain").get(number);
          case GRAPH -> Map.of(15, "sparse_initializer").get(number);
          case NODE -> Map.of(7, "domain").get(number);
          case ATTRIBUTE ->
              Map.of(5, "t", 6, "g", 10, "tensors", 11, "graphs", 22, "sparse_tensor").get(number);
          case TENSOR -> Map.of(13, "external_data", 14, "data_location").get(number);
          default -> null;
        };
    return "%s of its %s".formatted(name == null ? "field " + number : name, label());
  }

  /** The message as error messages name it. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
