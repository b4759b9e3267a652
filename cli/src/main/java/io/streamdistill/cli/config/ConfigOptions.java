package io.streamdistill.cli.config;

import io.streamdistill.config.ConfigException;
import io.streamdistill.config.ConfigLoader;
import io.streamdistill.kafka.KafkaSettings;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Where configuration comes from: the options of every command, environment, working directory. */
public final class ConfigOptions {

  /** Read from the working directory when no other file is given. */
  public static final String FILE = "distill.yaml";

  /**
   * Variables that are no keys of the configuration: of the launcher, of logging, of this class.
   */
  private static final Set<String> RESERVED =
      Set.of(
          "DISTILL_CONFIG",
          "DISTILL_HOME",
          "DISTILL_JAVA_OPTS",
          "DISTILL_LOG_FORMAT",
          "DISTILL_LOG_LEVEL");

  private static final Logger log = LoggerFactory.getLogger(ConfigOptions.class);

  private final Map<String, String> environment;
  private final Path workingDirectory;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "YAML file with what differs from the defaults; default: $DISTILL_CONFIG, else "
              + FILE
              + " in the working directory if there is one")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      scope = ScopeType.INHERIT,
      description = "sets one key, over file and environment; may be repeated")
  private List<String> assignments = List.of();

  /**
   * Creates the options.
   *
   * @param environment variables; those that start with {@code DISTILL_} set keys
   * @param workingDirectory where a file is looked for when none is given
   */
  public ConfigOptions(Map<String, String> environment, Path workingDirectory) {
    this.environment = Map.copyOf(environment);
    this.workingDirectory = workingDirectory;
  }

  /**
   * What {@code --config} and {@code --set} would give, without anything from the environment.
   *
   * @param settings by key, over the file
   */
  public static ConfigOptions of(Path file, Map<String, String> settings) {
    ConfigOptions options = new ConfigOptions(Map.of(), Path.of(""));
    options.file = file;
    options.assignments =
        settings.entrySet().stream().map(one -> one.getKey() + "=" + one.getValue()).toList();
    return options;
  }

  /**
   * Loads the part of the configuration that {@code view} names.
   *
   * @param view a record with some of the components of {@link DistillConfig}
   * @throws ConfigException with everything that is wrong
   */
  public <T extends Record> T load(Class<T> view) {
    return load(loader(), view);
  }

  /**
   * As {@link #load(Class)}, by a loader that a command has added to; warns of names under {@code
   * kafka:} that no client knows.
   */
  public static <T extends Record> T load(ConfigLoader loader, Class<T> view) {
    T loaded = loader.load(view);
    kafka(loaded).map(KafkaNames::warnings).orElse(List.of()).forEach(log::warn);
    return loaded;
  }

  private static Optional<KafkaSettings> kafka(Record loaded) {
    for (RecordComponent component : loaded.getClass().getRecordComponents()) {
      if (component.getType() == KafkaSettings.class) {
        try {
          component.getAccessor().setAccessible(true);
          return Optional.ofNullable((KafkaSettings) component.getAccessor().invoke(loaded));
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException("bug: a record without accessor: " + component, e);
        }
      }
    }
    return Optional.empty();
  }

  /** A loader with all layers; a command may {@linkplain ConfigLoader#set set} its own flags. */
  public ConfigLoader loader() {
    ConfigLoader loader =
        DistillConfig.loader()
            .environment(environment, RESERVED)
            .obsolete(DistillConfig.OBSOLETE)
            .properties(KafkaNames::isKnown);
    String named = environment.getOrDefault("DISTILL_CONFIG", "");
    if (file != null) {
      loader.file(file);
    } else if (!named.isEmpty()) {
      loader.file(Path.of(named));
    } else if (Files.exists(workingDirectory.resolve(FILE))) {
      loader.file(workingDirectory.resolve(FILE));
    }
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      if (equals < 1) {
        throw new ConfigException(
            "--set takes KEY=VALUE, got '%s'; e.g. --set teacher.batch-size=64"
                .formatted(assignment));
      }
      loader.set(assignment.substring(0, equals), assignment.substring(equals + 1), "--set");
    }
    return loader;
  }
}
