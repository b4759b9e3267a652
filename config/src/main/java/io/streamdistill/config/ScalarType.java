package io.streamdistill.config;

import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How the text of a value becomes an object.
 *
 * @param expected the form it must have, with an example
 * @param parser throws any {@code RuntimeException} when the text does not have that form
 */
record ScalarType(String expected, Function<String, Object> parser) {

  private static final ScalarType TEXT = new ScalarType("text", text -> text);

  private static final Map<Class<?>, ScalarType> SIMPLE =
      Map.ofEntries(
          Map.entry(String.class, TEXT),
          Map.entry(boolean.class, new ScalarType("true or false", ScalarType::parseBoolean)),
          Map.entry(short.class, integer(text -> Short.parseShort(text))),
          Map.entry(int.class, integer(text -> Integer.parseInt(text))),
          Map.entry(long.class, integer(text -> Long.parseLong(text))),
          Map.entry(float.class, decimal(number -> finite(number.floatValue()))),
          Map.entry(double.class, decimal(number -> finite(number.doubleValue()))),
          Map.entry(
              Duration.class, new ScalarType("a duration like 100ms, 10s or 5m", Durations::parse)),
          Map.entry(ByteSize.class, bytes(size -> size)),
          Map.entry(
              AutoNumber.class, new ScalarType("auto or a number", text -> AutoNumber.parse(text))),
          Map.entry(Path.class, new ScalarType("a path", text -> Path.of(text))),
          Map.entry(URI.class, new ScalarType("a URI", URI::create)));

  private static final Map<Class<?>, Class<?>> UNBOXED =
      Map.of(
          Boolean.class, boolean.class,
          Short.class, short.class,
          Integer.class, int.class,
          Long.class, long.class,
          Float.class, float.class,
          Double.class, double.class);

  /** Whether any text has the form. */
  boolean isText() {
    return equals(TEXT);
  }

  /**
   * The form of a component of a record.
   *
   * @param component its name; an int or long {@code maxBytes} is a size, and may have a unit
   */
  static ScalarType of(Class<?> type, String component) {
    if (type.isEnum()) {
      return ofEnum(type);
    }
    Class<?> plain = UNBOXED.getOrDefault(type, type);
    if (component.toLowerCase(Locale.ROOT).endsWith("bytes")) {
      if (plain == long.class) {
        return bytes(ByteSize::bytes);
      }
      if (plain == int.class) {
        return bytes(size -> Math.toIntExact(size.bytes()));
      }
    }
    ScalarType simple = SIMPLE.get(plain);
    if (simple == null) {
      throw new IllegalStateException(
          "component %s has the type %s, which no key can hold"
              .formatted(component, type.getName()));
    }
    return simple;
  }

  private static ScalarType ofEnum(Class<?> type) {
    Map<String, Object> constants =
        Arrays.stream(type.getEnumConstants())
            .collect(Collectors.toMap(constant -> label((Enum<?>) constant), constant -> constant));
    List<String> labels =
        Arrays.stream(type.getEnumConstants()).map(constant -> label((Enum<?>) constant)).toList();
    return new ScalarType(
        "one of " + String.join(", ", labels),
        text -> {
          Object constant = constants.get(text.toLowerCase(Locale.ROOT).replace('_', '-'));
          if (constant == null) {
            throw new IllegalArgumentException(text);
          }
          return constant;
        });
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static ScalarType integer(Function<String, Object> parser) {
    return new ScalarType("a whole number", text -> parser.apply(text.replace("_", "")));
  }

  private static ScalarType decimal(Function<BigDecimal, Object> narrowing) {
    return new ScalarType("a number", text -> narrowing.apply(new BigDecimal(text)));
  }

  private static Object finite(double value) {
    return requireFinite(value);
  }

  private static Object finite(float value) {
    requireFinite(value);
    return value;
  }

  private static double requireFinite(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("too large");
    }
    return value;
  }

  private static ScalarType bytes(Function<ByteSize, Object> unwrapping) {
    return new ScalarType(
        "a size like 64KiB, 1MiB or 1048576", text -> unwrapping.apply(ByteSize.parse(text)));
  }

  private static Object parseBoolean(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }
}
