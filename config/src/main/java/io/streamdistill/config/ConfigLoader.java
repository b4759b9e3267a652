package io.streamdistill.config;

import io.streamdistill.config.Node.Block;
import io.streamdistill.exit.FileReason;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Loads configuration in layers, each over the one before: defaults, one YAML file, {@code
 * DISTILL_*} environment variables, flags.
 *
 * <p>Keys are the components of a tree of records in kebab-case. A component of type {@code
 * Optional} may be left out; every other one needs a value in some layer. Everything that is wrong
 * is reported at once, each problem with the place where the value was set. Lists are replaced as a
 * whole; {@code "members[]":} beside a list of records holds defaults for each element.
 */
public final class ConfigLoader {

  private static final int MAX_FILE_BYTES = 3 << 20;

  private record Flag(String key, String value, ValueSource origin) {}

  private final Shape.Section root;
  private final String defaults;
  private String fileName = "distill.yaml";
  private String file = "";
  private Map<String, String> environment = Map.of();
  private Set<String> reserved = Set.of();
  private Map<String, String> obsolete = Map.of();
  private Predicate<String> knownProperty = key -> true;
  private final List<Flag> flags = new ArrayList<>();

  private ConfigLoader(Shape.Section root, String defaults) {
    this.root = root;
    this.defaults = defaults;
  }

  /**
   * Creates a loader.
   *
   * @param known root of the tree of all known keys
   * @param resources names of the YAML resources with the defaults, as seen from {@code known};
   *     together they are one document
   */
  public static ConfigLoader of(Class<? extends Record> known, String... resources) {
    return new ConfigLoader(Shape.of(known), defaults(known, resources));
  }

  /** The defaults as a user reads them: the resources one after the other. */
  public static String defaults(Class<?> beside, String... resources) {
    return Stream.of(resources)
        .map(resource -> text(beside, resource))
        .collect(Collectors.joining("\n"));
  }

  private static String text(Class<?> beside, String resource) {
    try (InputStream in = beside.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + resource + " beside " + beside);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Adds the user's file.
   *
   * @throws ConfigException when it cannot be read
   */
  public ConfigLoader file(Path path) {
    try {
      file = bounded(path);
      fileName = path.toString();
      return this;
    } catch (NoSuchFileException e) {
      throw new ConfigException(
          "configuration file %s does not exist; give the right one with --config".formatted(path),
          e);
    } catch (CharacterCodingException e) {
      throw new ConfigException(
          "configuration file %s is not UTF-8; convert it, e.g. iconv -t utf-8".formatted(path), e);
    } catch (IOException e) {
      throw new ConfigException(
          Files.isDirectory(path)
              ? "configuration file %s is a directory; name the file in it".formatted(path)
              : "configuration file cannot be read: " + FileReason.of(e),
          e);
    }
  }

  /** Reads it, if it is no larger than the parser takes. */
  private static String bounded(Path path) throws IOException {
    try (InputStream in = new FileInputStream(path.toFile())) { // a pipe will do, too
      byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
      if (bytes.length > MAX_FILE_BYTES) {
        throw new ConfigException(
            "configuration file %s is larger than %d MiB, the most that is read; is it the right one?"
                .formatted(path, MAX_FILE_BYTES >> 20));
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (FileNotFoundException e) {
      if (Files.notExists(path)) {
        throw new NoSuchFileException(path.toString());
      }
      throw e;
    }
  }

  /**
   * Adds environment variables; only names that start with {@code DISTILL_} count.
   *
   * @param reservedNames variables with that prefix that are no keys, but are used otherwise
   */
  public ConfigLoader environment(Map<String, String> variables, Set<String> reservedNames) {
    environment = Map.copyOf(variables);
    reserved = Set.copyOf(reservedNames);
    return this;
  }

  /**
   * Names keys of earlier versions, which change nothing any more. They are no error, since a file
   * of before is to go on working, but a warning.
   *
   * @param keys to why each of them is not needed any more, as a sentence without a full stop
   */
  public ConfigLoader obsolete(Map<String, String> keys) {
    obsolete = Map.copyOf(keys);
    return this;
  }

  /**
   * Adds one flag; a later one wins.
   *
   * @param flag what the user typed, for messages: {@code --port}, {@code --set}
   */
  public ConfigLoader set(String key, String value, String flag) {
    flags.add(new Flag(key, value, ValueSource.flag(flag)));
    return this;
  }

  /**
   * Says which names of free properties are known; what is shown of others is masked, since a
   * misspelt name may hold a secret.
   *
   * @param known takes the dotted key
   */
  public ConfigLoader properties(Predicate<String> known) {
    knownProperty = known;
    return this;
  }

  /**
   * Loads the part of the configuration that {@code view} names: its components are keys of the
   * known tree. Keys outside the view must be known, too, but need no valid value.
   *
   * @throws ConfigException with everything that is wrong
   */
  public <T extends Record> T load(Class<T> view) {
    Problems problems = new Problems();
    Block merged = merged(problems);
    problems.throwIfUnreadable();
    Object bound = new Binder(fileName, problems).bind(merged, Shape.of(view), "");
    problems.throwIfAny();
    return Objects.requireNonNull(view.cast(bound), "no problem and no value");
  }

  /**
   * Returns what applies for each key, valid or not.
   *
   * @throws ConfigException when a layer cannot be read or has unknown keys
   */
  public Effective effective() {
    Problems problems = new Problems();
    Block merged = merged(problems);
    problems.throwIfAny();
    return Effective.of(merged, root, knownProperty);
  }

  private Block merged(Problems problems) {
    LayerCheck check = new LayerCheck(root, problems, obsolete);
    KnownKeys keys = new KnownKeys(root, problems, obsolete);
    Block merged =
        check.fitting(YamlReader.document(defaults, line -> ValueSource.DEFAULT, problems));
    Block fromFile = YamlReader.document(file, line -> ValueSource.line(fileName, line), problems);
    merged = check.fitting(fromFile).over(merged);
    merged = check.fitting(keys.environment(environment, reserved)).over(merged);
    for (Flag flag : flags) {
      Block layer = keys.assignment(flag.key(), flag.value(), flag.origin());
      merged = check.fitting(layer).over(merged);
    }
    return merged;
  }
}
