package io.streamdistill.teacher;

import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A teacher service in a JVM of its own, which tests can kill. */
final class TeacherProcess implements AutoCloseable {

  private final Process process;

  private TeacherProcess(Process process) {
    this.process = process;
  }

  /** Starts a JVM; its output goes to {@code log}. */
  static TeacherProcess start(String servers, TopicsConfig topics, Path log) throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> command =
        List.of(
            ProcessHandle.current().info().command().orElse("java"),
            "-Xmx256m",
            "-cp",
            classPath,
            TeacherProcess.class.getName(),
            servers,
            topics.transferSet(),
            topics.softTargets(),
            topics.deadLetters());
    return new TeacherProcess(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start());
  }

  /** Runs the service until it stops. */
  public static void main(String[] args) throws InterruptedException {
    TopicsConfig names = TopicsConfig.defaults();
    TopicsConfig topics =
        new TopicsConfig(
            args[1],
            args[2],
            names.labels(),
            args[3],
            names.checkpoints(),
            names.checkpointFiles(),
            names.checkpointEvents(),
            2,
            (short) -1);
    TeacherService service =
        TeacherService.start(
            Fixtures.config("logits"),
            KafkaSettings.of(args[0]),
            topics,
            Fixtures.TASK,
            Fixtures.FORMAT);
    int code = service.awaitStop().code();
    service.close();
    if (service.mustHalt()) {
      Runtime.getRuntime().halt(code);
    }
    System.exit(code);
  }

  /** As {@code kill -9} does. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** As {@code kill} does; returns the exit code. */
  int terminate() {
    process.destroy();
    return process.onExit().join().exitValue();
  }

  @Override
  public void close() {
    kill();
  }
}
