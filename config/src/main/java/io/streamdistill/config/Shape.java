package io.streamdistill.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which keys a tree of configuration records has, and what each of them may hold. */
sealed interface Shape {

  /** One value. */
  record Leaf(ScalarType type) implements Shape {

    /** Whether any text is a value: one of them is a list of one. */
    boolean isText() {
      return type.isText();
    }
  }

  /** The keys of a record, in the order of its components. */
  record Section(Class<? extends Record> type, Map<String, Shape> keys) implements Shape {}

  /** A list, replaced as a whole. */
  record ListOf(Shape element) implements Shape {}

  /**
   * Free properties, passed on verbatim; dots in their names mean nothing here.
   *
   * @param wrapper the record that holds nothing but the map, if there is one
   */
  record Properties(Optional<Class<? extends Record>> wrapper) implements Shape {}

  /** The keys of one of several kinds; which of them, a key says. */
  record Choice(Kinds kinds) implements Shape {}

  /** A key that may be left out without there being a default. */
  record Maybe(Shape inner) implements Shape {}

  Pattern WORD_START = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  /** Name of a record component as a key: {@code batchSize} is {@code batch-size}. */
  static String kebab(String componentName) {
    return WORD_START.matcher(componentName).replaceAll("-").toLowerCase(Locale.ROOT);
  }

  /** The shape of a record of configuration. */
  static Section of(Class<? extends Record> type) {
    Map<String, Shape> keys = new LinkedHashMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      keys.put(kebab(component.getName()), of(component.getGenericType(), component));
    }
    return new Section(type, keys);
  }

  private static Shape of(Type type, RecordComponent component) {
    if (type instanceof ParameterizedType generic) {
      Type argument = generic.getActualTypeArguments()[0];
      if (generic.getRawType() == List.class) {
        return new ListOf(of(argument, component));
      }
      if (generic.getRawType() == Optional.class) {
        return new Maybe(of(argument, component));
      }
      if (isProperties(type)) {
        return new Properties(Optional.empty());
      }
    }
    if (type instanceof Class<?> plain && plain.isAnnotationPresent(OneOf.class)) {
      return new Choice(new Kinds(plain.getAnnotation(OneOf.class)));
    }
    if (type instanceof Class<?> plain && ByteSize.class != plain && plain.isRecord()) {
      Class<? extends Record> record = plain.asSubclass(Record.class);
      RecordComponent[] components = record.getRecordComponents();
      return components.length == 1 && isProperties(components[0].getGenericType())
          ? new Properties(Optional.of(record))
          : of(record);
    }
    if (type instanceof Class<?> plain) {
      return new Leaf(ScalarType.of(plain, component.getName()));
    }
    throw new IllegalStateException(
        "%s.%s has the type %s, which no key can hold"
            .formatted(component.getDeclaringRecord().getName(), component.getName(), type));
  }

  private static boolean isProperties(Type type) {
    return type instanceof ParameterizedType generic
        && generic.getRawType() == Map.class
        && List.of(generic.getActualTypeArguments()).equals(List.of(String.class, String.class));
  }

  /** All keys below {@code section} that hold a value, a list or properties, dotted. */
  static Map<String, Shape> paths(Section section) {
    Map<String, Shape> paths = new LinkedHashMap<>();
    collect(section, "", paths);
    return paths;
  }

  private static void collect(Shape shape, String path, Map<String, Shape> paths) {
    if (shape instanceof Section section) {
      section.keys().forEach((key, child) -> collect(child, join(path, key), paths));
    } else if (shape instanceof Maybe maybe && maybe.inner() instanceof Section section) {
      collect(section, path, paths);
    } else {
      paths.put(path, shape);
    }
  }

  /** The dotted path of {@code key} below {@code path}. */
  static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
