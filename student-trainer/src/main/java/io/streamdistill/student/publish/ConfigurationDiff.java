package io.streamdistill.student.publish;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** How a configuration differs from another one, key by key. */
final class ConfigurationDiff {

  private ConfigurationDiff() {}

  /** Lines such as {@code learning-rate.base: 0.05 -> 0.01}, sorted by key. */
  static List<String> between(JsonNode before, JsonNode now) {
    Map<String, String> old = new TreeMap<>();
    Map<String, String> current = new TreeMap<>();
    flatten("", before, old);
    flatten("", now, current);
    SortedSet<String> keys = new TreeSet<>(old.keySet());
    keys.addAll(current.keySet());
    List<String> changes = new ArrayList<>();
    for (String key : keys) {
      String from = old.getOrDefault(key, "not set");
      String to = current.getOrDefault(key, "not set");
      if (!from.equals(to)) {
        changes.add("%s: %s -> %s".formatted(key, from, to));
      }
    }
    return changes;
  }

  /** Numbers are compared as they are written: 1 as an int is 1 as a long. */
  private static void flatten(String path, JsonNode node, Map<String, String> into) {
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        flatten(
            path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue(), into);
      }
    } else {
      into.put(path, node.isValueNode() ? node.asText() : node.toString());
    }
  }
}
