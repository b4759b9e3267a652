package io.streamdistill.cli.run;

import io.streamdistill.cli.config.ClassesConfig;
import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.cli.config.FeaturesConfig;
import io.streamdistill.config.ConfigLoader;
import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Task;
import io.streamdistill.records.format.InputFormat;
import io.streamdistill.teacher.TeacherConfig;
import io.streamdistill.teacher.TeacherService;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill teacher}: the teacher-service in the foreground. */
@Command(
    name = "teacher",
    mixinStandardHelpOptions = true,
    description = {
      "Runs a teacher: scores the transfer set, and publishes soft targets, exactly once.",
      "Instances with the same teacher.application-id share the partitions."
    })
public final class TeacherCommand implements Callable<Integer> {

  private final ConfigOptions options;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "of metrics and health, as teacher.http.port; 0 is any free one")
  private @Nullable String port;

  /** Creates the command. */
  public TeacherCommand(ConfigOptions options) {
    this.options = options;
  }

  /** The part of the configuration that is needed. */
  record View(
      KafkaSettings kafka,
      TopicsConfig topics,
      InputFormat input,
      FeaturesConfig features,
      ClassesConfig classes,
      TeacherConfig teacher) {}

  /** Starts the service in this process. */
  public static TeacherService start(ConfigLoader loader) {
    return start(loader.load(View.class));
  }

  private static TeacherService start(View view) {
    return TeacherService.start(
        view.teacher(),
        view.kafka(),
        view.topics(),
        new Task(view.features().contract(), view.classes().map()),
        view.input().transferFormat());
  }

  @Override
  public Integer call() throws InterruptedException {
    ConfigLoader loader = options.loader();
    if (port != null) {
      loader.set("teacher.http.port", port, "--port");
    }
    View view = ConfigOptions.load(loader, View.class);
    return Foreground.run(() -> announced(start(view), view));
  }

  private Foreground.Service announced(TeacherService service, View view) {
    Foreground.say(
        spec.commandLine().getOut(),
        "teacher %s runs: kafka %s, metrics and health %s"
            .formatted(
                service.teacherVersion(),
                view.kafka().bootstrapServers(),
                Foreground.url(view.teacher().http().host(), service.httpPort())));
    return new Foreground.Service() {
      @Override
      public ExitStatus await() throws InterruptedException {
        return service.awaitStop();
      }

      @Override
      public void close() {
        service.close();
      }

      @Override
      public boolean mustHalt() {
        return service.mustHalt();
      }
    };
  }
}
