package io.streamdistill.config;

import io.streamdistill.config.Node.Block;
import io.streamdistill.config.Node.Items;
import io.streamdistill.config.Node.Scalar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Resolves dotted keys and environment variables, and turns one assignment into a layer. */
final class KnownKeys {

  static final String PREFIX = "DISTILL_";

  private final Shape.Section root;
  private final Map<String, Shape> paths;
  private final Map<String, String> pathByNormalForm = new HashMap<>();
  private final Problems problems;
  private final Map<String, String> obsolete;

  KnownKeys(Shape.Section root, Problems problems, Map<String, String> obsolete) {
    this.obsolete = obsolete;
    this.root = root;
    this.problems = problems;
    this.paths = Shape.paths(root);
    for (String path : paths.keySet()) {
      String other = pathByNormalForm.put(normalForm(path), path);
      if (other != null) {
        throw new IllegalStateException(
            "%s and %s share an environment variable".formatted(other, path));
      }
    }
  }

  /** The known key nearest to {@code path}; failing that, one with the same last part. */
  static Optional<String> nearest(String path, Shape.Section root) {
    Set<String> known = Shape.paths(root).keySet();
    String last = "." + path.substring(path.lastIndexOf('.') + 1);
    return Nearest.to(path, known)
        .or(() -> known.stream().filter(key -> key.endsWith(last)).findFirst());
  }

  /** The layer in which {@code key} is {@code value}; empty and reported if it is not known. */
  Block assignment(String key, String value, ValueSource origin) {
    Optional<String> path =
        paths.containsKey(key) ? Optional.of(key) : propertiesHolding(key).map(holder -> key);
    if (path.isEmpty() && Obsolete.warns(obsolete, key, origin)) {
      return Block.empty(origin);
    }
    if (path.isEmpty()) {
      problems.add("%s is not a known key (%s)%s", key, origin, keyHint(key));
      return Block.empty(origin);
    }
    return layer(key, value, origin);
  }

  private String keyHint(String key) {
    if (paths.keySet().stream().anyMatch(path -> path.startsWith(key + "."))) {
      return "; it is a section: set one of its keys";
    }
    if (key.contains("[")) {
      return "; lists are set as a whole, e.g. list='[{key: value}]'";
    }
    return nearest(key, root).map("; did you mean %s?"::formatted).orElse("");
  }

  /**
   * The layer of an environment; variables without the prefix and {@code reserved} do not count.
   */
  Block environment(Map<String, String> environment, Set<String> reserved) {
    Block layer = Block.empty(ValueSource.DEFAULT);
    for (String variable : environment.keySet().stream().sorted().toList()) {
      if (variable.startsWith(PREFIX) && !reserved.contains(variable)) {
        String value = environment.getOrDefault(variable, "");
        ValueSource origin = ValueSource.environment(variable);
        Optional<String> path = pathOf(variable);
        if (path.isEmpty() && isObsolete(variable, origin)) {
          continue;
        }
        if (path.isPresent()) {
          layer = layer(path.get(), value, origin).over(layer);
        } else {
          problems.add(
              "%s is not a known environment variable%s", variable, hint(variable, reserved));
        }
      }
    }
    return layer;
  }

  private boolean isObsolete(String variable, ValueSource origin) {
    String name = normalForm(variable.substring(PREFIX.length()));
    return obsolete.keySet().stream()
        .anyMatch(key -> normalForm(key).equals(name) && Obsolete.warns(obsolete, key, origin));
  }

  private Optional<String> pathOf(String variable) {
    String name = variable.substring(PREFIX.length());
    String path = pathByNormalForm.get(normalForm(name));
    return path != null && !(paths.get(path) instanceof Shape.Properties)
        ? Optional.of(path)
        : propertiesHolding(name.replace('_', '.').toLowerCase(Locale.ROOT));
  }

  /** {@code key} itself when it names a property below a block of free properties. */
  private Optional<String> propertiesHolding(String key) {
    return paths.entrySet().stream()
        .filter(path -> path.getValue() instanceof Shape.Properties)
        .filter(path -> key.startsWith(path.getKey() + "."))
        .map(path -> key)
        .findFirst();
  }

  private String hint(String variable, Set<String> reserved) {
    if (variable.matches(".*(_SERVICE_HOST|_SERVICE_PORT.*|_PORT(_\\d+_.*)?)")) {
      return "; if Kubernetes set it for a Service, set enableServiceLinks: false in the pod";
    }
    List<String> known = new ArrayList<>(reserved);
    paths.keySet().forEach(path -> known.add(variableOf(path)));
    return Nearest.to(variable, known)
        .map("; did you mean %s?"::formatted)
        .orElse("; unset it, or rename it if it is not meant for StreamDistill");
  }

  /** The environment variable of a key, as messages and documentation write it. */
  static String variableOf(String path) {
    return PREFIX + path.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  private static String normalForm(String name) {
    return name.toUpperCase(Locale.ROOT).replaceAll("[._-]", "");
  }

  private Block layer(String path, String text, ValueSource origin) {
    Shape shape = paths.get(path);
    if (shape == null) {
      String holder = holderOf(path);
      List<String> keys = new ArrayList<>(List.of(holder.split("\\.")));
      keys.add(path.substring(holder.length() + 1));
      return Block.around(new Scalar(text, origin), keys);
    }
    return Block.around(node(shape, text, origin), List.of(path.split("\\.")));
  }

  private String holderOf(String property) {
    return paths.keySet().stream()
        .filter(path -> property.startsWith(path + "."))
        .findFirst()
        .orElseThrow();
  }

  /** Lists are YAML in brackets, or values separated by commas. */
  private Node node(Shape shape, String text, ValueSource origin) {
    Shape plain = shape instanceof Shape.Maybe maybe ? maybe.inner() : shape;
    if (!(plain instanceof Shape.ListOf)) {
      return new Scalar(text, origin);
    }
    if (text.strip().startsWith("[")) {
      return YamlReader.value(text, line -> origin, problems);
    }
    return new Items(
        Arrays.stream(text.split(","))
            .map(String::strip)
            .filter(part -> !part.isEmpty())
            .<Node>map(part -> new Scalar(part, origin))
            .toList(),
        origin);
  }
}
