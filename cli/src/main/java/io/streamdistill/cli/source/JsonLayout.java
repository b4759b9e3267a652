package io.streamdistill.cli.source;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamdistill.cli.source.Row.Fault;
import io.streamdistill.config.ConfigException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which fields of JSON objects mean what.
 *
 * @param id field of the ids
 * @param label field of the labels
 * @param features paths of the features, in order
 * @param known fields that an object may have; null if what is not known is left out
 */
record JsonLayout(String id, String label, List<String> features, @Nullable Set<String> known) {

  static final String FEATURES = "features";

  private static final String ID = "id";
  private static final String LABEL = "label";
  static final String WEIGHT = "weight";
  static final String EVENT_TIME = "eventTime";

  /**
   * Finds the fields: those that the options name; else {@code features}; else every number of the
   * first object, in its order.
   *
   * @param where file and line of the first object, for the complaint
   */
  static JsonLayout of(String where, @Nullable JsonNode first, Columns wanted) {
    String id = wanted.id() == null ? ID : wanted.id();
    String label = wanted.label() == null ? LABEL : wanted.label();
    if (!wanted.features().isEmpty()) {
      return new JsonLayout(id, label, wanted.features(), null);
    }
    if (first == null || first.has(FEATURES)) {
      return new JsonLayout(
          id, label, List.of(FEATURES), known(List.of(id, FEATURES, label, WEIGHT, EVENT_TIME)));
    }
    if (isTableByColumn(first)) {
      throw new ConfigException(
          "%s: the object holds a whole table, column by column; write one object per row (pandas: to_json(orient='records', lines=True))"
              .formatted(where));
    }
    List<String> numbers = new ArrayList<>();
    List<String> others = new ArrayList<>();
    collect("", first, Set.of(id, label, WEIGHT, EVENT_TIME), numbers, others);
    if (numbers.isEmpty()) {
      throw new ConfigException(
          "%s: there are no features: no array 'features', and no field with a number; name the fields that are features with --columns"
              .formatted(where));
    }
    if (!others.isEmpty()) {
      throw new ConfigException(
          "%s: %s %s neither a number nor named by an option; say --label-column or --id-column if that is what it is, or choose the features with --columns %s, which leaves others out"
              .formatted(
                  where,
                  others.size() == 1 ? "field" : "fields",
                  Excerpt.of(others) + (others.size() == 1 ? " is" : " are"),
                  Excerpt.of(numbers).replace(", ", ",")));
    }
    List<String> known = new ArrayList<>();
    first.fieldNames().forEachRemaining(known::add);
    known.addAll(List.of(id, label, WEIGHT, EVENT_TIME));
    return new JsonLayout(id, label, numbers, known(known));
  }

  private static Set<String> known(List<String> fields) {
    return Collections.unmodifiableSet(new LinkedHashSet<>(fields)); // in the order of messages
  }

  /** As pandas writes tables by default, with {@code split}, and with {@code table}. */
  private static boolean isTableByColumn(JsonNode first) {
    boolean split = first.path("data").isArray() && (first.has("columns") || first.has("schema"));
    boolean byColumn = !first.isEmpty();
    for (JsonNode value : first) {
      byColumn &= value.isObject() && value.has("0");
    }
    return split || byColumn;
  }

  private static void collect(
      String prefix,
      JsonNode object,
      Set<String> reserved,
      List<String> numbers,
      List<String> others) {
    for (Iterator<Map.Entry<String, JsonNode>> it = object.properties().iterator();
        it.hasNext(); ) {
      Map.Entry<String, JsonNode> field = it.next();
      String path = prefix + field.getKey();
      JsonNode value = field.getValue();
      if (reserved.contains(path)) {
        continue;
      }
      if (value.isObject()) {
        collect(path + ".", value, reserved, numbers, others);
      } else if (isNumeric(value)) {
        numbers.add(path);
      } else {
        others.add(path);
      }
    }
  }

  private static boolean isNumeric(JsonNode value) {
    if (value.isArray()) {
      for (JsonNode element : value) {
        if (!isNumeric(element)) {
          return false;
        }
      }
      return !value.isEmpty();
    }
    return value.isNumber()
        || value.isBoolean()
        || value.isNull()
        || (value.isTextual() && NumberText.looksLikeNumber(value.textValue()));
  }

  /** Whether the features were found by looking at the first object. */
  boolean isGuessed() {
    return known != null && !features.equals(List.of(FEATURES));
  }

  /** Refuses fields that nobody named: a misspelt label must not become an unlabelled example. */
  void check(JsonNode object) throws UnfitRow {
    if (known == null) {
      return;
    }
    for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name) && !name.equals(top(id)) && !name.equals(top(label))) {
        throw new UnfitRow(
            Fault.BAD_JSON,
            "unknown field '%s'; known are %s. --columns %s leaves others out"
                .formatted(
                    Excerpt.of(name), Excerpt.of(known), Excerpt.of(features).replace(", ", ",")));
      }
    }
  }

  private static String top(String path) {
    int dot = path.indexOf('.');
    return dot < 0 ? path : path.substring(0, dot);
  }

  /** The value at a path: a field of that name, else one within objects. */
  static JsonNode at(JsonNode object, String path) {
    JsonNode direct = object.path(path);
    int dot = path.indexOf('.');
    return !direct.isMissingNode() || dot < 0
        ? direct
        : at(object.path(path.substring(0, dot)), path.substring(dot + 1));
  }
}
