package io.streamdistill.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.cli.failure.Failures;
import io.streamdistill.config.ConfigLoader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What {@code distill config} finds beyond the keys. */
final class ConfigCommandTest {

  private static final Path MODEL = Path.of("..", "models", "mnist-teacher", "model.onnx");

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("distill.yaml"),
            """
            features: {shape: [784]}
            classes: {count: 10}
            teacher: {members: [{model: '%s'}]}
            """
                .formatted(MODEL));
    List<String> all = new ArrayList<>(List.of("config", "--config", file.toString()));
    all.addAll(List.of(arguments));
    ConfigOptions options = new ConfigOptions(Map.of(), folder);
    return new CommandLine(new Root(options))
        .addSubcommand(new ConfigCommand(options))
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .setExecutionExceptionHandler(new Failures(() -> false))
        .execute(all.toArray(String[]::new));
  }

  @CommandLine.Command
  private record Root(@CommandLine.Mixin ConfigOptions options) {}

  @Test
  void modelsThatFitAreValid() throws IOException {
    assertThat(run()).as(err.toString()).isZero();

    assertThat(out.toString()).contains("The configuration is valid.");
  }

  @Test
  void tellsAllProblemsAtOnce() throws IOException {
    int exit =
        run(
            "--set=teacher.members=[{model: none.onnx}, {model: '%s'}]".formatted(MODEL),
            "--set=features.shape=[28]",
            "--set=student.checkpoint.store=gs://b/x",
            "--set=student.checkpoint.signing-key-file=no-key",
            "--set=student.network.dl4j=no.json",
            "--set=student.init-from=no-directory");

    assertThat(exit).isEqualTo(2);
    assertThat(err.toString())
        .contains("6 problems with what the configuration names")
        .contains("none.onnx is not a file")
        .contains("features.shape is [28]; make them agree")
        .contains("student.checkpoint.store: checkpoint store 'gs://b/x' is not known")
        .contains("student.checkpoint.signing-key-file: no-key")
        .contains("student.network.dl4j: cannot read no.json")
        .contains("student.init-from no-directory is no directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/data/ckpt", "gs://b/x", "s3:/b/x", "file:", "ftp://a"})
  void refusesStoresThatTheTrainerRefuses(String store) throws IOException {
    assertThat(run("--set=student.checkpoint.store=" + store)).isEqualTo(2);

    assertThat(err.toString()).contains("student.checkpoint.store", "checkpoint store '" + store);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kafka:", "kafka:files", "file:/data/ckpt", "file:ckpt", "s3://bucket/x"})
  void acceptsStoresThatTheTrainerOpens(String store) throws IOException {
    assertThat(run("--set=student.checkpoint.store=" + store)).as(err.toString()).isZero();
  }

  @Test
  void refusesDirectoriesThatCannotBe() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));

    for (Path wrong : List.of(file, file.resolve("below"), link.resolve("below"))) {
      err.getBuffer().setLength(0);
      assertThat(
              run(
                  "--set=student.checkpoint.store=file:" + wrong,
                  "--set=student.checkpoint.work-dir=" + wrong))
          .isEqualTo(2);
      assertThat(err.toString())
          .contains("2 problems", "checkpoint store 'file:" + wrong + "': ")
          .contains("student.checkpoint.work-dir: ", "name a directory");
    }
    err.getBuffer().setLength(0);
    assertThat(run("--set=student.checkpoint.store=kafka:a b")).isEqualTo(2);
    assertThat(err.toString()).contains("'a b' is not a topic name");
  }

  @Test
  void kafkasClientsAreAskedWhetherTheyTakeTheirSettings() throws IOException {
    assertThat(
            run(
                "--set=kafka.producer.linger.ms=soon",
                "--set=kafka.consumer.fetch.max.bytes=-5",
                "--set=kafka.streams.num.stream.threads=many",
                "--set=kafka.admin.retries=x"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("4 problems")
        .contains("kafka.linger.ms cannot be 'soon'", "kafka.fetch.max.bytes cannot be '-5'")
        .contains("kafka.num.stream.threads cannot be 'many'", "kafka.retries cannot be 'x'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kafka.bootstrap.servers=broker",
        "kafka.bootstrap.servers=broker:9092,other",
        "kafka.bootstrap.servers=broker:70000",
        "kafka.bootstrap.servers=:9092",
        "kafka.security.protocol=TLS",
        "kafka.security.protocol=SASL_SSL",
        "kafka.sasl.mechanism=PLAIN kafka.security.protocol=SASL_PLAINTEXT"
            + " kafka.sasl.jaas.config=hunter2",
        "kafka.security.protocol=SSL kafka.ssl.truststore.location=/no/such/store.jks"
      })
  void refusesKafkaSettingsThatCannotWork(String settings) throws IOException {
    int exit =
        run(Arrays.stream(settings.split(" ")).map(one -> "--set=" + one).toArray(String[]::new));

    assertThat(exit).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("error: ")
        .contains("kafka.")
        .doesNotContain("hunter2", "not foreseen", "Exception");
  }

  @Test
  void whatAMisspeltNameHoldsIsNotShown() throws IOException {
    run(
        "--no-files",
        "--effective",
        "--set=kafka.sasl.jaas.confg=hunter2",
        "--set=kafka.ssl.keystore.pasword=hunter2",
        "--set=kafka.producer.linger.ms=7",
        "--set=kafka.streams.num.stream.threads=2");

    assertThat(out.toString() + err)
        .doesNotContain("hunter2")
        .containsPattern("kafka.sasl.jaas.confg +\\*\\*\\*\\*")
        .containsPattern("kafka.producer.linger.ms +7")
        .containsPattern("kafka.streams.num.stream.threads +2")
        .contains("did you mean sasl.jaas.config?", "did you mean ssl.keystore.password?");
  }

  private String network(int classes) throws IOException {
    String json =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new DenseLayer.Builder().nIn(784).nOut(5).build())
            .layer(new OutputLayer.Builder().nIn(5).nOut(classes).build())
            .build()
            .toJson();
    return Files.writeString(folder.resolve("net.json"), json).toString();
  }

  @Test
  void looksIntoTheNetworkOfTheStudent() throws IOException {
    assertThat(run("--set=student.network.dl4j=" + network(10))).as(err.toString()).isZero();

    assertThat(run("--set=student.network.dl4j=" + network(4))).isEqualTo(2);
    assertThat(err.toString())
        .contains("student.network.dl4j", "has 4 outputs, there are 10 classes");

    Files.writeString(folder.resolve("net.json"), "{");
    assertThat(run("--set=student.network.dl4j=" + folder.resolve("net.json"))).isEqualTo(2);
    assertThat(err.toString()).contains("no MultiLayerConfiguration");
  }

  @Test
  void looksAtNoFilesWhenToldSo() throws IOException {
    assertThat(run("--no-files", "--set=teacher.members=[{model: /models/teacher.onnx}]"))
        .as(err.toString())
        .isZero();

    assertThat(out.toString()).contains("The configuration is valid.");
  }

  /** What worked before goes on working: in a file, as a flag, and from the environment. */
  @Test
  void keysOfBeforeAreNoErrors() throws IOException {
    Path old =
        Files.writeString(
            folder.resolve("old.yaml"),
            """
            features: {shape: [784]}
            classes: {count: 10}
            teacher: {members: [{model: any.onnx}]}
            student: {log: {partition-idle: 5s}}
            """);
    ConfigLoader loader =
        new ConfigOptions(Map.of("DISTILL_STUDENT_LOG_PARTITION_IDLE", "5s"), folder)
            .loader()
            .file(old)
            .set("student.log.partition-idle", "5s", "--set");

    assertThat(loader.load(DistillConfig.class).student().log().passes()).isZero();
  }

  @Test
  void warnsOfKafkaNamesThatNoClientKnows() throws IOException {
    assertThat(
            run(
                "--no-files",
                "--set=kafka.security.protcol=SSL",
                "--set=kafka.producer.linger.ms=3",
                "--set=kafka.streams.main.consumer.max.poll.records=7"))
        .isZero();

    assertThat(err.toString())
        .isEqualToIgnoringNewLines(
            "warning: kafka.security.protcol is a name that no Kafka client knows; did you mean security.protocol?");
  }
}
