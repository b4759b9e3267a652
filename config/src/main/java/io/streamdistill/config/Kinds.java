package io.streamdistill.config;

import io.streamdistill.config.Node.Block;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a block of configuration can be; found when the first one is looked at. */
final class Kinds {

  private final OneOf finder;
  private @Nullable Providers<? extends Kind> found;

  Kinds(OneOf finder) {
    this.finder = finder;
  }

  private Providers<? extends Kind> found() {
    Providers<? extends Kind> known = found;
    if (known == null) {
      known = find(finder.value());
      found = known;
    }
    return known;
  }

  private static Providers<? extends Kind> find(
      Class<? extends Supplier<? extends Providers<? extends Kind>>> finder) {
    try {
      return finder.getConstructor().newInstance().get();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("bug: " + finder + " cannot be made", e);
    }
  }

  /**
   * The keys of a block, by the kind that it is of.
   *
   * @param path of the block, for messages
   * @throws ConfigException when it is of none, or of more than one
   */
  Shape.Section of(Block block, String path) {
    List<String> chosen =
        found().all().stream()
            .map(Kind::key)
            .filter(block.children()::containsKey)
            .distinct()
            .toList();
    if (chosen.isEmpty() && found().all().size() == 1) {
      return Shape.of(found().all().get(0).settings()); // then its key is missing
    }
    if (chosen.isEmpty()) {
      throw new ConfigException(
          "%s (%s) has no key that says what it is; set one of: %s"
              .formatted(path, block.origin(), listed()));
    }
    if (chosen.size() > 1) {
      throw new ConfigException(
          "%s (%s) has %s, which say different things of what it is: %s; keep one of them"
              .formatted(path, block.origin(), String.join(" and ", chosen), listed()));
    }
    return Shape.of(found().named("the key of " + path, chosen.get(0)).settings());
  }

  /** The keys of all kinds. */
  Shape.Section any() {
    Map<String, Shape> keys = new LinkedHashMap<>();
    found().all().forEach(kind -> keys.putAll(Shape.of(kind.settings()).keys()));
    return new Shape.Section(Record.class, keys);
  }

  /** By which keys there is what, for messages. */
  String listed() {
    return found().all().isEmpty()
        ? "none, since nothing is found in " + found().services()
        : found().all().stream()
            .map(kind -> "%s (%s)".formatted(kind.key(), kind.name()))
            .collect(Collectors.joining(", "));
  }
}
