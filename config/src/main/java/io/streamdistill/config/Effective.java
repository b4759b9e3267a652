package io.streamdistill.config;

import io.streamdistill.config.Node.Block;
import io.streamdistill.config.Node.Items;
import io.streamdistill.config.Node.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The configuration as it applies after all layers, for people to read.
 *
 * @param entries one per key, in the order of the documentation
 */
public record Effective(List<Entry> entries) {

  private static final String NOT_SET = "(not set)";

  /**
   * One key.
   *
   * @param key dotted, list elements by their index
   * @param value as text, secrets masked; {@code (not set)} when it has none
   * @param origin {@code default}, {@code distill.yaml:12}, {@code env DISTILL_X}, {@code flag
   *     --x}; empty when it has no value
   */
  public record Entry(String key, String value, String origin) {}

  static Effective of(Block merged, Shape.Section root, Predicate<String> knownProperty) {
    List<Entry> entries = new ArrayList<>();
    flatten(merged, root, "", entries, knownProperty);
    return new Effective(List.copyOf(entries));
  }

  private static void flatten(
      @Nullable Node node,
      Shape shape,
      String path,
      List<Entry> entries,
      Predicate<String> knownProperty) {
    if (shape instanceof Shape.Maybe maybe) {
      flatten(node, maybe.inner(), path, entries, knownProperty);
    } else if (shape instanceof Shape.Section section) {
      Map<String, Node> children = node instanceof Block block ? block.children() : Map.of();
      section
          .keys()
          .forEach(
              (key, child) ->
                  flatten(
                      Binder.withElementDefaults(
                          children.get(key), children.get(key + LayerCheck.ELEMENT)),
                      child,
                      Shape.join(path, key),
                      entries,
                      knownProperty));
    } else if (shape instanceof Shape.Choice choice && node instanceof Block block) {
      flatten(node, choice.kinds().of(block, path), path, entries, knownProperty);
    } else if (shape instanceof Shape.Properties && node instanceof Block block) {
      block
          .children()
          .forEach((key, child) -> entries.add(property(path + "." + key, child, knownProperty)));
    } else if (node instanceof Items items && shape instanceof Shape.ListOf list) {
      if (!(list.element() instanceof Shape.Leaf) && !items.elements().isEmpty()) {
        for (int i = 0; i < items.elements().size(); i++) {
          flatten(
              items.elements().get(i),
              list.element(),
              "%s[%d]".formatted(path, i),
              entries,
              knownProperty);
        }
      } else {
        entries.add(entry(path, items));
      }
    } else if (!(shape instanceof Shape.Properties)) {
      entries.add(node == null ? new Entry(path, NOT_SET, "") : entry(path, node));
    }
  }

  private static Entry property(String key, Node node, Predicate<String> known) {
    return known.test(key) ? entry(key, node) : new Entry(key, Secrets.MASK, node.origin().text());
  }

  private static Entry entry(String key, Node node) {
    return new Entry(key, Secrets.masked(key, text(node)), node.origin().text());
  }

  private static String text(Node node) {
    if (node instanceof Items items) {
      return items.elements().stream()
          .map(Effective::text)
          .collect(Collectors.joining(", ", "[", "]"));
    }
    return node instanceof Scalar scalar ? scalar.text() : "";
  }
}
