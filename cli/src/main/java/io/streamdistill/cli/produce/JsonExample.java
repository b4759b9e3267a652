package io.streamdistill.cli.produce;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.streamdistill.cli.produce.Row.Fault;
import io.streamdistill.core.transfer.ClassMap;
import io.streamdistill.core.transfer.FeatureContract;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one example from one JSON object. A field that is null counts as one that is missing. */
final class JsonExample {

  private static final List<String> FIELDS =
      List.of("id", "features", "label", "weight", "eventTime");

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final FeatureEncoder encoder;
  private final ClassLabels labels;

  JsonExample(FeatureContract contract, ClassMap classes) {
    this.encoder = new FeatureEncoder(contract);
    this.labels = new ClassLabels(classes);
  }

  Row.Example parse(String text, long row) throws UnfitRow {
    JsonNode json = object(text);
    return new Row.Example(
        row, id(json), features(json), label(json), weight(json), eventTime(json));
  }

  private static JsonNode object(String text) throws UnfitRow {
    JsonNode json;
    try {
      json = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UnfitRow(Fault.BAD_JSON, "no valid JSON: " + e.getOriginalMessage());
    }
    if (!json.isObject()) {
      throw new UnfitRow(Fault.BAD_JSON, "not a JSON object; write one {...} per line");
    }
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!FIELDS.contains(name)) { // a misspelt label must not become an unlabelled example
        throw new UnfitRow(
            Fault.BAD_JSON,
            "unknown field '%s'; known are %s".formatted(name, String.join(", ", FIELDS)));
      }
    }
    return json;
  }

  private static @Nullable String id(JsonNode json) throws UnfitRow {
    JsonNode id = json.path("id");
    if (absent(id)) {
      return null;
    }
    if (!(id.isTextual() || id.isIntegralNumber()) || id.asText().isBlank()) {
      throw new UnfitRow(
          Fault.BLANK_ID, "id must be a text that is not blank, or an integer, got " + id);
    }
    return id.asText();
  }

  private ByteBuffer features(JsonNode json) throws UnfitRow {
    JsonNode array = json.path("features");
    if (!array.isArray() || array.size() != encoder.length()) {
      throw new UnfitRow(
          Fault.WRONG_FEATURE_LENGTH,
          "features must be an array of %d numbers, as features.shape says; got %s"
              .formatted(encoder.length(), array.isArray() ? array.size() : "none"));
    }
    ByteBuffer features = encoder.allocate();
    for (int element = 0; element < array.size(); element++) {
      JsonNode value = array.get(element);
      String what = "features[%d]".formatted(element);
      if (!value.isNumber()) {
        throw new UnfitRow(Fault.BAD_FEATURE, "%s is %s, not a number".formatted(what, value));
      }
      encoder.put(features, what, value.doubleValue());
    }
    return features.flip();
  }

  private @Nullable Integer label(JsonNode json) throws UnfitRow {
    JsonNode label = json.path("label");
    if (absent(label)) {
      return null;
    }
    return labels.indexOf("label", label.isTextual() ? label.textValue() : label.toString());
  }

  private static float weight(JsonNode json) throws UnfitRow {
    JsonNode weight = json.path("weight");
    if (absent(weight)) {
      return 1;
    }
    float value = weight.floatValue();
    if (!weight.isNumber() || !(value >= 0) || !Float.isFinite(value)) {
      throw new UnfitRow(Fault.BAD_WEIGHT, "weight must be a number >= 0, got " + weight);
    }
    return value;
  }

  private static @Nullable Instant eventTime(JsonNode json) throws UnfitRow {
    JsonNode time = json.path("eventTime");
    if (absent(time)) {
      return null;
    }
    if (time.isIntegralNumber() && time.canConvertToLong()) {
      return Instant.ofEpochMilli(time.longValue());
    }
    try {
      return OffsetDateTime.parse(time.asText()).toInstant();
    } catch (DateTimeException e) {
      throw new UnfitRow(
          Fault.BAD_EVENT_TIME,
          "eventTime must be ISO 8601 with an offset, such as 2026-01-31T12:00:00Z, or milliseconds"
              + " since the epoch, got "
              + time);
    }
  }

  private static boolean absent(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }
}
