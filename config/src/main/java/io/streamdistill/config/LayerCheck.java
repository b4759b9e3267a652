package io.streamdistill.config;

import io.streamdistill.config.Node.Block;
import io.streamdistill.config.Node.Items;
import io.streamdistill.config.Node.Nothing;
import io.streamdistill.config.Node.Scalar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks one layer against the known keys, and leaves out what does not fit, so that loading can go
 * on and report the rest.
 */
final class LayerCheck {

  /** {@code members[]} holds the defaults of each element of the list {@code members}. */
  static final String ELEMENT = "[]";

  private final Shape.Section root;
  private final Problems problems;
  private final Map<String, String> obsolete;

  LayerCheck(Shape.Section root, Problems problems, Map<String, String> obsolete) {
    this.root = root;
    this.problems = problems;
    this.obsolete = obsolete;
  }

  /** The part of {@code layer} that fits. */
  Block fitting(Block layer) {
    return fitting(layer, root, "")
        .filter(Block.class::isInstance)
        .map(Block.class::cast)
        .orElse(Block.empty(layer.origin()));
  }

  private Optional<Node> fitting(Node node, Shape shape, String path) {
    if (shape instanceof Shape.Maybe maybe) {
      return node instanceof Nothing ? Optional.empty() : fitting(node, maybe.inner(), path);
    }
    if (shape instanceof Shape.Section section) {
      return sectionFitting(node, section, path, "");
    }
    if (shape instanceof Shape.Choice choice) {
      return choiceFitting(node, choice.kinds(), path);
    }
    if (shape instanceof Shape.Properties) {
      return propertiesFitting(node, path);
    }
    if (node instanceof Nothing) {
      problems.addAt(
          path,
          "%s (%s) has no value; give it one, or remove the key for the default",
          path,
          node.origin());
      return Optional.empty();
    }
    if (shape instanceof Shape.ListOf list) {
      return listFitting(node, list, path);
    }
    if (shape instanceof Shape.Leaf leaf && !(node instanceof Scalar)) {
      problems.addAt(
          path,
          "%s (%s): expected %s, got %s",
          path,
          node.origin(),
          leaf.type().expected(),
          described(node));
      return Optional.empty();
    }
    return Optional.of(node);
  }

  /** What a block is decides which keys it may have. */
  private Optional<Node> choiceFitting(Node node, Kinds kinds, String path) {
    String listed = " [kinds by key: %s]".formatted(kinds.listed());
    if (!(node instanceof Block block)) {
      return sectionFitting(node, kinds.any(), path, listed);
    }
    try {
      return sectionFitting(node, kinds.of(block, path), path, listed);
    } catch (ConfigException e) {
      if (kinds.any().keys().keySet().containsAll(block.children().keySet())) {
        problems.add("%s", String.valueOf(e.getMessage()));
      } else { // perhaps the key that says what it is, misspelt
        sectionFitting(node, kinds.any(), path, listed);
      }
      return Optional.empty();
    }
  }

  private Optional<Node> sectionFitting(
      Node node, Shape.Section section, String path, String kinds) {
    if (node instanceof Nothing) { // all its keys may be commented out
      return Optional.empty();
    }
    if (!(node instanceof Block block)) {
      problems.addAt(
          path,
          "%s (%s): expected keys below it (%s), got %s",
          path,
          node.origin(),
          String.join(", ", section.keys().keySet()),
          described(node));
      return Optional.empty();
    }
    Map<String, Node> fitting = new LinkedHashMap<>();
    block
        .children()
        .forEach(
            (key, child) -> {
              String childPath = Shape.join(path, key);
              shapeOf(section, key)
                  .ifPresentOrElse(
                      shape ->
                          fitting(child, shape, childPath).ifPresent(fit -> fitting.put(key, fit)),
                      () -> unknown(section, path, key, child, kinds));
            });
    return Optional.of(new Block(fitting, block.origin()));
  }

  /** The shape of a key, or of the defaults for the elements of a list of records. */
  private static Optional<Shape> shapeOf(Shape.Section section, String key) {
    Shape shape = section.keys().get(key);
    if (shape == null && key.endsWith(ELEMENT)) {
      String list = key.substring(0, key.length() - ELEMENT.length());
      return section.keys().get(list) instanceof Shape.ListOf of
          ? Optional.of(of.element() instanceof Shape.Choice any ? any.kinds().any() : of.element())
              .filter(Shape.Section.class::isInstance)
          : Optional.empty();
    }
    return Optional.ofNullable(shape);
  }

  private void unknown(Shape.Section section, String path, String key, Node child, String kinds) {
    String full = Shape.join(path, key);
    if (Obsolete.warns(obsolete, full, child.origin())) {
      return;
    }
    problems.add(
        "%s (%s) is not a known key; %s%s", full, child.origin(), hint(section, path, full), kinds);
  }

  private String hint(Shape.Section section, String path, String full) {
    if (Shape.paths(root).containsKey(full)) { // dotted in YAML
      return "write each part of it on a line of its own, indented below the one before";
    }
    List<String> siblings =
        section.keys().keySet().stream().map(key -> Shape.join(path, key)).toList();
    return Nearest.to(full, siblings)
        .or(() -> KnownKeys.nearest(full, root))
        .map("did you mean %s?"::formatted)
        .orElse(
            "known %s: %s"
                .formatted(
                    path.isEmpty() ? "top-level keys" : "keys of " + path,
                    String.join(", ", section.keys().keySet())));
  }

  private Optional<Node> propertiesFitting(Node node, String path) {
    if (node instanceof Nothing) {
      return Optional.empty();
    }
    if (!(node instanceof Block block)) {
      problems.add(
          "%s (%s): expected 'name: value' lines, got %s", path, node.origin(), described(node));
      return Optional.empty();
    }
    Map<String, Node> fitting = new LinkedHashMap<>();
    block
        .children()
        .forEach(
            (key, child) -> {
              if (child instanceof Scalar) {
                fitting.put(key, child);
              } else {
                problems.add(
                    "%s.%s (%s): expected one value, got %s; %s",
                    path, key, child.origin(), described(child), propertyHint(key, child));
              }
            });
    return Optional.of(new Block(fitting, block.origin()));
  }

  private static String propertyHint(String key, Node node) {
    if (node instanceof Block) {
      Node inner = node;
      StringBuilder name = new StringBuilder(key);
      while (inner instanceof Block block && !block.children().isEmpty()) {
        Map.Entry<String, Node> first = block.children().entrySet().iterator().next();
        name.append('.').append(first.getKey());
        inner = first.getValue();
      }
      return "these names are flat, write '%s: ...' on one line".formatted(name);
    }
    return node instanceof Items
        ? "write the values in one, separated by commas"
        : "give it one, or remove the line";
  }

  private Optional<Node> listFitting(Node node, Shape.ListOf list, String path) {
    if (node instanceof Scalar single
        && list.element() instanceof Shape.Leaf leaf
        && leaf.isText()) {
      return Optional.of(new Items(List.of(single), single.origin()));
    }
    if (!(node instanceof Items items)) {
      problems.addAt(
          path,
          "%s (%s): expected a list, got %s; write it like [..., ...]",
          path,
          node.origin(),
          described(node));
      return Optional.empty();
    }
    List<Node> fitting = new ArrayList<>();
    for (Node element : items.elements()) {
      fitting(element, list.element(), "%s[%d]".formatted(path, fitting.size()))
          .ifPresent(fitting::add);
    }
    return Optional.of(new Items(fitting, items.origin()));
  }

  private static String described(Node node) {
    if (node instanceof Block) {
      return "keys below it";
    }
    if (node instanceof Items) {
      return "a list";
    }
    return node instanceof Scalar ? "a single value" : "nothing";
  }
}
