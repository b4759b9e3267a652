package io.streamdistill.config;

import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;

/**
 * What can be chosen by name among the implementations that {@link ServiceLoader} finds.
 *
 * @param <T> the interface
 */
public final class Providers<T> {

  private final Class<T> type;
  private final Function<T, String> name;
  private final List<T> found;

  private Providers(Class<T> type, Function<T, String> name, List<T> found) {
    this.type = type;
    this.name = name;
    this.found = found;
  }

  /**
   * Looks for all implementations of {@code type}.
   *
   * @param loader of the class that asks: {@code ServiceLoader.load(X.class)}
   * @param name what an implementation is chosen by
   * @throws ConfigException when one cannot be loaded
   */
  public static <T> Providers<T> of(
      Class<T> type, ServiceLoader<T> loader, Function<T, String> name) {
    List<T> found = new ArrayList<>();
    try {
      loader.forEach(found::add);
    } catch (ServiceConfigurationError e) {
      throw new ConfigException(
          "a %s on the class path cannot be loaded: %s. Its jar is not whole, or was built for another version"
              .formatted(type.getSimpleName(), e.getMessage()),
          e);
    }
    return new Providers<>(type, name, found);
  }

  /** The names there are, sorted. */
  public List<String> names() {
    return found.stream().map(name).distinct().sorted().toList();
  }

  /** All of them, in the order in which they were found. */
  public List<T> all() {
    return List.copyOf(found);
  }

  /**
   * The one of that name.
   *
   * @param key that has the name as its value
   * @throws ConfigException when there is none, naming those there are, or more than one
   */
  public T named(String key, String value) {
    List<T> named = found.stream().filter(one -> name.apply(one).equals(value)).toList();
    if (named.size() == 1) {
      return named.get(0);
    }
    throw new ConfigException(named.isEmpty() ? none(key, value) : several(key, value, named));
  }

  private String none(String key, String value) {
    Optional<String> meant = Nearest.to(value, names());
    return "%s is '%s', but there is: %s%s. Others are looked for in %s of the jars on the class path"
        .formatted(
            key,
            value,
            found.isEmpty() ? "none" : String.join(", ", names()),
            meant.map(" (did you mean %s?)"::formatted).orElse(""),
            services());
  }

  private String several(String key, String value, List<T> named) {
    return "%s is '%s', and more than one on the class path is called so: %s (%s). Keep one of them"
        .formatted(
            key,
            value,
            String.join(", ", named.stream().map(one -> describe(one.getClass())).toList()),
            services());
  }

  /** Where they are looked for. */
  String services() {
    return "META-INF/services/" + type.getName();
  }

  private static String describe(Class<?> one) {
    CodeSource source = one.getProtectionDomain().getCodeSource();
    return source == null || source.getLocation() == null
        ? one.getName()
        : one.getName() + " from " + source.getLocation().getPath();
  }
}
