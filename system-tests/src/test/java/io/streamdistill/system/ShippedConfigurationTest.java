package io.streamdistill.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.cli.process.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The configurations that are shipped make a student of the shipped teacher, with the shipped
 * images, by the commands that are documented. Only what is the user's own differs: where Kafka and
 * the teacher's file are, ports, and how often a checkpoint is published.
 */
@Tag("system")
final class ShippedConfigurationTest {

  private static final Pattern YAML = Pattern.compile("(?s)```yaml\\n(.*?)```");
  private static final Pattern PUBLISHED =
      Pattern.compile("published checkpoint \\S+ step \\d+, (\\d{6,}) examples seen");
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @RegisterExtension static final Pipeline pipeline = new Pipeline();

  private final Path root = repository();
  private Path config = Path.of("");

  @ParameterizedTest
  @ValueSource(strings = {"distill.yaml", "README.md"})
  void trainsAStudentThatAgreesWithItsTeacher(String shipped) throws Exception {
    String yaml = yaml(shipped);
    config = Files.writeString(pipeline.path(shipped + ".yaml"), yaml);
    Matcher student = Pattern.compile("(?m)^student:\\n  name: (\\S+)").matcher(yaml);
    assertThat(student.find()).isTrue();

    run("topics", "create");
    DistillProcess teacher = start("teacher", "--set", "teacher.http.port=0");
    DistillProcess trainer =
        start(
            "trainer",
            "--set",
            "student.http.port=0",
            "--set",
            "student.checkpoint.every=2s",
            "--set",
            "student.checkpoint.work-dir=" + pipeline.path("work-" + shipped));
    run("produce", "--images", "datasets/mnist/train-images-idx3-ubyte.gz");
    trainer.awaitLine(PUBLISHED, PATIENCE); // 100,000: two visits of some
    trainer.stop();
    assertThat(trainer.awaitExit(PATIENCE)).isEqualTo(143);
    teacher.stop();

    Path out = pipeline.path("student-" + shipped);
    Path result = pipeline.path(shipped + ".json");
    run("pull", "--student", student.group(1), "--out", out.toString());
    run(
        "evaluate",
        "--images=datasets/mnist/t10k-images-idx3-ubyte.gz",
        "--teacher=config",
        "--model=" + out,
        "--json=" + result);
    assertThat(new ObjectMapper().readTree(result.toFile()).findValue("agreement").asDouble())
        .isGreaterThanOrEqualTo(0.97);
    assertThat(out.resolve("README.md")).content().contains("T², + 1 × the same at T = 1");
  }

  /** Each configuration meets a cluster without topics. */
  @AfterEach
  void deleteTopics() throws Exception {
    try (Admin admin = Admin.create(pipeline.kafka().admin())) {
      admin.deleteTopics(admin.listTopics().names().get()).all().get();
    }
  }

  /** The file, or the first example in a page, with Kafka and teacher of this test. */
  private String yaml(String shipped) throws IOException {
    String text = Files.readString(root.resolve(shipped));
    if (shipped.endsWith(".md")) {
      Matcher yaml = YAML.matcher(text);
      assertThat(yaml.find()).isTrue();
      text = yaml.group(1);
    }
    String changed =
        text.replaceAll("bootstrap.servers: .*", "bootstrap.servers: " + pipeline.servers())
            .replaceAll("(?m)^ *security.protocol: .*\\n", "")
            .replaceAll(
                "model: .*", "model: '" + root.resolve("models/mnist-teacher/model.onnx") + "'");
    assertThat(changed).contains(pipeline.servers(), "models/mnist-teacher/model.onnx");
    return changed;
  }

  private void run(String... arguments) throws Exception {
    DistillProcess process = start(arguments);
    assertThat(process.awaitExit(PATIENCE)).as(process.output()).isZero();
  }

  private DistillProcess start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(arguments));
    command.add("--config=" + config);
    String log = config.getFileName() + "-" + arguments[0];
    return pipeline.start(
        Launch.of(pipeline.path(log + ".log"), command.toArray(String[]::new)).in(root));
  }

  private static Path repository() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("distill.yaml"))) {
      directory = Objects.requireNonNull(directory.getParent(), "not in a checkout");
    }
    return directory;
  }
}
