package io.streamdistill.cli.run;

import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.store.S3Settings;
import io.streamdistill.cli.config.ClassesConfig;
import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.cli.config.FeaturesConfig;
import io.streamdistill.cli.failure.NativeLibraries;
import io.streamdistill.config.ConfigLoader;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Task;
import io.streamdistill.student.StudentConfig;
import io.streamdistill.student.TrainerService;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill trainer}: the student-trainer in the foreground. */
@Command(
    name = "trainer",
    mixinStandardHelpOptions = true,
    description = {
      "Trains a student on the soft targets, and publishes checkpoints.",
      "It goes on from the student's newest checkpoint. Every student.name has one trainer; a"
          + " second one is refused while the first is alive."
    })
public final class TrainerCommand implements Callable<Integer> {

  private final ConfigOptions options;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(names = "--name", paramLabel = "NAME", description = "of the student, as student.name")
  private @Nullable String name;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "of metrics and health, as student.http.port; 0 is any free one")
  private @Nullable String port;

  /** Creates the command. */
  public TrainerCommand(ConfigOptions options) {
    this.options = options;
  }

  /** The part of the configuration that is needed. */
  record View(
      KafkaSettings kafka,
      TopicsConfig topics,
      S3Settings s3,
      FeaturesConfig features,
      ClassesConfig classes,
      StudentConfig student) {}

  /** Starts the service in this process. */
  public static TrainerService start(ConfigLoader loader) {
    return start(loader.load(View.class));
  }

  private static TrainerService start(View view) {
    return TrainerService.start(
        view.student(),
        new Cluster(view.kafka(), view.topics(), view.s3()),
        new Task(view.features().contract(), view.classes().map()));
  }

  @Override
  public Integer call() throws InterruptedException {
    ConfigLoader loader = options.loader();
    if (name != null) {
      loader.set("student.name", name, "--name");
    }
    if (port != null) {
      loader.set("student.http.port", port, "--port");
    }
    View view = ConfigOptions.load(loader, View.class);
    NativeLibraries.requireOnnxRuntime();
    TrainerService service = start(view);
    return Foreground.run(
        service::close,
        () -> {
          Foreground.say(
              spec.commandLine().getOut(),
              "trainer of %s runs: kafka %s, metrics and health %s"
                  .formatted(
                      view.student().name(),
                      view.kafka().bootstrapServers(),
                      Foreground.url(view.student().http().host(), service.httpPort())));
          service.awaitEnd();
          return true;
        });
  }
}
