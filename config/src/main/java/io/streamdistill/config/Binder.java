package io.streamdistill.config;

import io.streamdistill.config.Node.Block;
import io.streamdistill.config.Node.Items;
import io.streamdistill.config.Node.Scalar;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes records out of merged layers; whatever cannot be made is reported and {@code null}. */
final class Binder {

  private final String fileName;
  private final Problems problems;

  /**
   * @param fileName where messages tell the user to set a missing key
   */
  Binder(String fileName, Problems problems) {
    this.fileName = fileName;
    this.problems = problems;
  }

  @Nullable Object bind(@Nullable Node node, Shape shape, String path) {
    if (shape instanceof Shape.Maybe maybe) {
      return node == null ? Optional.empty() : optional(bind(node, maybe.inner(), path));
    }
    if (shape instanceof Shape.Section section) {
      return section(node instanceof Block block ? block : null, section, path);
    }
    if (shape instanceof Shape.Choice choice && node instanceof Block block) {
      return section(block, choice.kinds().of(block, path), path);
    }
    if (shape instanceof Shape.Properties properties) {
      return properties(node instanceof Block block ? block : null, properties, path);
    }
    if (node instanceof Scalar scalar && shape instanceof Shape.Leaf leaf) {
      return scalar(scalar, leaf.type(), path);
    }
    if (node instanceof Items items && shape instanceof Shape.ListOf list) {
      return list(items, list, path);
    }
    if (problems.concern(path)) {
      return null; // it is there, but wrong
    }
    problems.add(
        "%s is missing; set it in %s, as %s, or with --set %s=...",
        path, fileName, KnownKeys.variableOf(path.replaceAll("\\[\\d+]", "")), path);
    return null;
  }

  private static @Nullable Object optional(@Nullable Object value) {
    return value == null ? null : Optional.of(value);
  }

  private @Nullable Object scalar(Scalar scalar, ScalarType type, String path) {
    try {
      return type.parser().apply(scalar.text().strip());
    } catch (RuntimeException e) { // every parser has its own way to say no
      problems.add(
          "%s must be %s, got '%s' (%s)",
          path, type.expected(), Secrets.masked(path, scalar.text()), scalar.origin());
      return null;
    }
  }

  private @Nullable Object list(Items items, Shape.ListOf list, String path) {
    List<Object> elements = new ArrayList<>();
    for (int i = 0; i < items.elements().size(); i++) {
      Object element = bind(items.elements().get(i), list.element(), "%s[%d]".formatted(path, i));
      if (element != null) {
        elements.add(element);
      }
    }
    return elements.size() == items.elements().size() ? List.copyOf(elements) : null;
  }

  private @Nullable Object properties(
      @Nullable Block block, Shape.Properties properties, String path) {
    Map<String, String> values = new LinkedHashMap<>();
    if (block != null) {
      block
          .children()
          .forEach(
              (key, node) -> {
                if (node instanceof Scalar scalar) {
                  values.put(key, scalar.text());
                }
              });
    }
    return properties.wrapper().isPresent()
        ? construct(properties.wrapper().get(), new Object[] {values}, block, path)
        : values;
  }

  private @Nullable Object section(@Nullable Block block, Shape.Section section, String path) {
    Map<String, Node> children = block == null ? Map.of() : block.children();
    List<@Nullable Object> values = new ArrayList<>();
    section
        .keys()
        .forEach(
            (key, shape) -> {
              Node child =
                  withElementDefaults(children.get(key), children.get(key + LayerCheck.ELEMENT));
              values.add(bind(child, shape, Shape.join(path, key)));
            });
    return values.contains(null) ? null : construct(section.type(), values.toArray(), block, path);
  }

  /** A list of records, with what its elements leave out. */
  static @Nullable Node withElementDefaults(@Nullable Node list, @Nullable Node defaults) {
    if (!(list instanceof Items items) || !(defaults instanceof Block below)) {
      return list;
    }
    return new Items(
        items.elements().stream()
            .map(element -> element instanceof Block block ? (Node) block.over(below) : element)
            .toList(),
        items.origin());
  }

  private @Nullable Object construct(
      Class<? extends Record> type, @Nullable Object[] values, @Nullable Block block, String path) {
    try {
      Class<?>[] types =
          Arrays.stream(type.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      Constructor<? extends Record> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof ConfigException
          || e.getCause() instanceof IllegalArgumentException) {
        String message = Objects.toString(e.getCause().getMessage(), e.getCause().toString());
        problems.add("%s (%s)", message, RefusedValue.of(message, block, path));
        return null;
      }
      throw new IllegalStateException("bug: " + type + " failed to validate " + path, e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("bug: no canonical constructor in " + type, e);
    }
  }
}
