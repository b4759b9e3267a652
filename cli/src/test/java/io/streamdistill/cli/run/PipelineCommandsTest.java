package io.streamdistill.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.cli.process.Launch;
import io.streamdistill.testkit.TestBroker;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The commands one after the other, as processes, with the teacher that is shipped. */
@ExtendWith(TestBroker.class)
final class PipelineCommandsTest {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Path TOP = Path.of("..").toAbsolutePath().normalize();
  private static final Path MNIST = TOP.resolve("datasets").resolve("mnist");

  @TempDir Path folder;

  private final String servers;

  PipelineCommandsTest(TestBroker.Running broker) {
    servers = broker.bootstrapServers();
  }

  private DistillProcess start(String... arguments) throws Exception {
    Path config = folder.resolve("distill.yaml");
    Files.writeString(
        config,
        """
        kafka: {bootstrap.servers: "%s"}
        topics:
          transfer-set: pipeline-transfer-set
          soft-targets: pipeline-soft-targets
          labels: pipeline-labels
          dead-letters: pipeline-dead-letters
          checkpoints: pipeline-checkpoints
          checkpoint-files: pipeline-checkpoint-files
          checkpoint-events: pipeline-checkpoint-events
          partitions: 2
        features: {shape: [784]}
        classes: {count: 10}
        teacher:
          application-id: pipeline-teacher
          members: [{model: "%s"}]
        student:
          name: pipeline
          network: {hidden: [30]}
          log: {passes: 1, pass-examples: 600}
          gate: {hold-out-share: 0}
        """
            .formatted(servers, TOP.resolve("models/mnist-teacher/model.onnx")));
    return DistillProcess.start(
        Launch.of(folder.resolve(arguments[0] + ".log"), arguments).in(folder));
  }

  private void succeeds(String... arguments) throws Exception {
    try (DistillProcess process = start(arguments)) {
      assertThat(process.awaitExit(PATIENCE)).as(process::output).isZero();
    }
  }

  @Test
  void commandsTakeExamplesToACheckpoint() throws Exception {
    succeeds("topics", "create");
    succeeds("produce", "--images", mnist("train-images-idx3"), "--limit", "600");
    try (DistillProcess teacher = start("teacher", "--port", "0")) {
      Pattern runs = Pattern.compile("^teacher \\S+ runs: .* (http://127.0.0.1:\\d+/)$");
      String address = teacher.awaitLine(runs, PATIENCE).group(1);
      assertThat(get(address + "livez")).isEqualTo("ok\n");
      assertThat(get(address + "metrics")).contains("service=\"teacher\"");

      try (DistillProcess trainer = start("trainer", "--port", "0")) {
        trainer.awaitLine(Pattern.compile("^trainer of pipeline runs: .* http://"), PATIENCE);
        assertThat(trainer.awaitExit(PATIENCE)).as(trainer::output).isZero();
        assertThat(trainer.output()).contains("student pipeline is done").doesNotContain("ERROR");
      }

      teacher.stop();
      assertThat(teacher.awaitExit(PATIENCE)).isEqualTo(143); // SIGTERM
      assertThat(teacher.output()).doesNotContain("ERROR");
    }
    succeeds("pull", "--student", "pipeline", "--out", "pulled");
    assertThat(folder.resolve("pulled").resolve("model.onnx")).isNotEmptyFile();
    succeeds("calibrate-bias", "--student", "pipeline", "--out", "corrected");
    succeeds("verify", "corrected");
    assertThat(folder.resolve("calibrate-bias.log"))
        .content()
        .contains("on 600 soft targets of topic pipeline-soft-targets", "nothing is published")
        .containsPattern("class +before +wanted +after +shift");
  }

  @Test
  void aPortInUseIsALineAndExitCode2() throws Exception {
    succeeds("topics", "create");
    try (DistillProcess first = start("teacher", "--port", "0")) {
      Pattern port = Pattern.compile("^teacher \\S+ runs: .*:(\\d+)/$");
      String taken = first.awaitLine(port, PATIENCE).group(1);

      try (DistillProcess second = start("trainer", "--port", taken)) {
        assertThat(second.awaitExit(PATIENCE)).as(second::output).isEqualTo(2);
        assertThat(second.output())
            .contains("error: http.port " + taken + " on http.host 127.0.0.1 is in use")
            .doesNotContain("\tat ");
      }
    }
  }

  private static String mnist(String file) {
    return MNIST.resolve(file + "-ubyte.gz").toString();
  }

  private static String get(String address) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }
}
