package io.streamdistill.cli.source;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamdistill.cli.source.Row.Fault;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one example from one JSON object. A field that is null counts as one that is missing. */
final class JsonExample {

  private final JsonLayout layout;
  private final FeatureContract contract;
  private final FeatureValues values;
  private final ClassLabels labels;

  JsonExample(JsonLayout layout, ReadOptions options, FeatureContract contract, ClassMap classes) {
    this.layout = layout;
    this.contract = contract;
    this.values = new FeatureValues(new FeatureEncoder(contract), options);
    this.labels = new ClassLabels(classes);
  }

  Row.Example parse(JsonNode json, long row) throws UnfitRow {
    layout.check(json);
    return new Row.Example(
        row, id(json), features(json), label(json), weight(json), eventTime(json));
  }

  private @Nullable String id(JsonNode json) throws UnfitRow {
    JsonNode id = JsonLayout.at(json, layout.id());
    if (absent(id)) {
      return null;
    }
    if (!(id.isTextual() || id.isIntegralNumber())) {
      throw new UnfitRow(
          Fault.BAD_ID,
          "%s must be a text that is not blank, or an integer, got %s"
              .formatted(layout.id(), Excerpt.of(id.toString())));
    }
    return Ids.checked(layout.id(), id.asText());
  }

  private ByteBuffer features(JsonNode json) throws UnfitRow {
    List<JsonNode> found = new ArrayList<>();
    int width = 0;
    for (String path : layout.features()) {
      JsonNode value = JsonLayout.at(json, path);
      if (value.isMissingNode() && path.equals(JsonLayout.FEATURES)) {
        throw wrongLength("none");
      }
      width += width(path, value);
      found.add(value);
    }
    if (width != contract.length()) {
      throw wrongLength(Integer.toString(width));
    }
    ByteBuffer features = values.allocate();
    for (int i = 0; i < found.size(); i++) {
      String path = layout.features().get(i);
      put(features, path, path, found.get(i));
    }
    return features.flip();
  }

  private UnfitRow wrongLength(String got) {
    String what =
        layout.features().equals(List.of(JsonLayout.FEATURES))
            ? "features must be an array of %d numbers".formatted(contract.length())
            : "%s must make %d numbers".formatted(Excerpt.of(layout.features()), contract.length());
    return new UnfitRow(
        Fault.WRONG_FEATURE_LENGTH, "%s, as features.shape says; got %s".formatted(what, got));
  }

  /** Features that a value becomes; nested arrays have to be of the contract's shape. */
  private int width(String path, JsonNode value) throws UnfitRow {
    if (!value.isArray()) {
      return values.width(path);
    }
    List<Integer> shape = shape(value);
    if (shape.size() > 1
        && contract.shape().size() > 1
        && !squeezed(shape).equals(squeezed(contract.shape()))) {
      throw new UnfitRow(
          Fault.WRONG_FEATURE_LENGTH,
          "%s is an array of shape %s, features.shape is %s; give the axes in the same order"
              .formatted(path, shape, contract.shape()));
    }
    return count(value);
  }

  /** Lengths of nested arrays, by the first element of each. */
  private static List<Integer> shape(JsonNode array) {
    List<Integer> shape = new ArrayList<>();
    for (JsonNode level = array; level.isArray(); level = level.path(0)) {
      shape.add(level.size());
    }
    return shape;
  }

  /** Axes of length 1 say nothing about the order of numbers. */
  private static List<Integer> squeezed(List<Integer> shape) {
    return shape.stream().filter(length -> length != 1).toList();
  }

  private static int count(JsonNode value) {
    if (!value.isArray()) {
      return 1;
    }
    int count = 0;
    for (JsonNode element : value) {
      count += count(element);
    }
    return count;
  }

  private void put(ByteBuffer features, String column, String what, JsonNode value)
      throws UnfitRow {
    if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        put(features, column, what + "[" + i + "]", value.get(i));
      }
      return;
    }
    FeatureValues.Place place = new FeatureValues.Place(what, column);
    if (value.isNumber()) {
      values.put(features, place, value.doubleValue());
    } else if (value.isTextual() || value.isBoolean()) {
      values.put(features, place, value.asText(), Set.of());
    } else if (absent(value)) {
      values.putMissing(features, place, value.isNull() ? "null" : "no such field");
    } else {
      throw new UnfitRow(
          Fault.BAD_FEATURE,
          "%s is %s, not a number".formatted(what, Excerpt.of(value.toString())));
    }
  }

  private @Nullable Integer label(JsonNode json) throws UnfitRow {
    JsonNode label = JsonLayout.at(json, layout.label());
    return absent(label)
        ? null
        : labels.indexOf(layout.label(), label.isValueNode() ? label.asText() : label.toString());
  }

  private static float weight(JsonNode json) throws UnfitRow {
    JsonNode weight = json.path(JsonLayout.WEIGHT);
    if (absent(weight)) {
      return 1;
    }
    float value = weight.floatValue();
    if (!weight.isNumber() || !(value >= 0) || !Float.isFinite(value)) {
      throw new UnfitRow(
          Fault.BAD_WEIGHT, "weight must be a number >= 0, got " + Excerpt.of(weight.toString()));
    }
    return value;
  }

  private static @Nullable Instant eventTime(JsonNode json) throws UnfitRow {
    JsonNode time = json.path(JsonLayout.EVENT_TIME);
    if (absent(time)) {
      return null;
    }
    if (time.isIntegralNumber()) {
      return EventTimes.ofMillis(time.bigIntegerValue());
    }
    return EventTimes.parse(time.isTextual() ? time.asText() : time.toString());
  }

  private static boolean absent(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }
}
