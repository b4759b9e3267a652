package io.streamdistill.config;

import io.streamdistill.config.Node.Block;
import io.streamdistill.config.Node.Items;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds out where the value that a record refuses was set. */
final class RefusedValue {

  private RefusedValue() {}

  /**
   * The origin of the key that {@code message} names, or of all values of the section that are not
   * defaults.
   */
  static String of(String message, @Nullable Block section, String path) {
    Map<String, ValueSource> leaves = new LinkedHashMap<>();
    if (section != null) {
      collect(section, path, leaves);
    }
    String best = "";
    int longest = 0;
    for (String leaf : leaves.keySet()) {
      int named = lengthNamed(message, leaf);
      if (named > longest) {
        best = leaf;
        longest = named;
      }
    }
    ValueSource origin = leaves.get(best);
    if (origin != null) {
      return longest == best.length() ? origin.text() : best + " from " + origin;
    }
    List<String> set =
        leaves.values().stream()
            .filter(leaf -> !leaf.equals(ValueSource.DEFAULT))
            .map(ValueSource::text)
            .distinct()
            .toList();
    String origins = set.isEmpty() ? "default" : set.stream().collect(Collectors.joining(", "));
    return path + " from " + origins;
  }

  /** Length of the longest end of {@code leaf} that the message holds as a word; 0: none. */
  private static int lengthNamed(String message, String leaf) {
    String end = leaf;
    while (!names(message, end)) {
      int dot = end.indexOf('.');
      if (dot < 0) {
        return 0;
      }
      end = end.substring(dot + 1);
    }
    return end.length();
  }

  private static boolean names(String message, String key) {
    return Pattern.compile("(?<![\\w-])" + Pattern.quote(key) + "(?![\\w-])")
        .matcher(message)
        .find();
  }

  private static void collect(Node node, String path, Map<String, ValueSource> leaves) {
    if (node instanceof Block block) {
      block.children().forEach((key, child) -> collect(child, Shape.join(path, key), leaves));
      return;
    }
    leaves.put(path, node.origin());
    if (node instanceof Items items) {
      for (int i = 0; i < items.elements().size(); i++) {
        collect(items.elements().get(i), "%s[%d]".formatted(path, i), leaves);
      }
    }
  }
}
