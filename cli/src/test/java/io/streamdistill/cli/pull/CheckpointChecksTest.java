package io.streamdistill.cli.pull;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.checkpoints.trust.KeyFiles;
import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.onnx.graph.OnnxGraph;
import io.streamdistill.onnx.graph.OnnxType;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CheckpointChecksTest {

  private static final FeatureContract CONTRACT = FeatureContract.u8(4);

  private final Path directory;
  private TrustedKeys keys = TrustedKeys.none();

  CheckpointChecksTest(@TempDir Path directory) {
    this.directory = directory.resolve("checkpoint");
  }

  @ParameterizedTest
  @EnumSource(FeatureType.class)
  void passesWhatAStudentPublishes(FeatureType type) throws IOException {
    FeatureContract contract = new FeatureContract(type, List.of(2, 2), 1, 0);
    TestCheckpoint.write("v1", directory, TestCheckpoint.model(contract).build(), contract);

    List<Check> checks = CheckpointChecks.run(directory, keys);

    assertThat(checks).allMatch(Check::passed);
    assertThat(checks)
        .extracting(Check::name)
        .containsExactly(
            "hashes",
            "signature",
            "operators",
            "load",
            "input",
            "output",
            "output",
            "batch of 1",
            "batch of 3",
            "parity");
  }

  @Test
  void failsOnAChangedByteWithoutLoadingTheModel() throws IOException {
    TestCheckpoint.write("v1", directory, TestCheckpoint.model(CONTRACT).build(), CONTRACT);
    byte[] model = Files.readAllBytes(directory.resolve("model.onnx"));
    model[model.length / 2] ^= 1;
    Files.write(directory.resolve("model.onnx"), model);

    Check only = onlyFailure();

    assertThat(only.name()).isEqualTo("hashes");
    assertThat(only.detail()).contains("model.onnx: has sha-256");
  }

  @Test
  void failsWithoutACheckpoint() {
    assertThat(onlyFailure().detail()).contains("manifest.json");
  }

  @Test
  void failsOnAModelThatDoesNotLoad() throws IOException {
    OnnxGraph graph = new OnnxGraph("small");
    String x = graph.cast("x", graph.input("features", OnnxType.U8, 4), OnnxType.F32);
    String vector = graph.f32("w", new float[12], 12); // Gemm takes a matrix
    graph.output(graph.node("Gemm", "logits", List.of(x, vector)), OnnxType.F32, 3);
    TestCheckpoint.write("v1", directory, graph.build(), CONTRACT);

    assertThat(onlyFailure().name()).isEqualTo("load");
  }

  @Test
  void failsOnWhatIsNoStudentsModelWithoutLoadingIt() throws IOException {
    TestCheckpoint.write("v1", directory, new byte[] {1, 2, 3}, CONTRACT);
    assertThat(onlyFailure().toString()).startsWith("FAIL  operators: model.onnx has ");

    TestCheckpoint.write(
        "v2", directory, TestCheckpoint.model(CONTRACT).activation("Erf").build(), CONTRACT);
    assertThat(onlyFailure().toString())
        .startsWith("FAIL  operators: model.onnx has the operator 'Erf'");
  }

  @Test
  void failsWhenTheModelSaysAnythingElseThanTheWeights() throws IOException {
    TestCheckpoint.write(
        "v1", directory, TestCheckpoint.model(CONTRACT).bias(0.001f).build(), CONTRACT);

    assertThat(onlyFailure().toString())
        .startsWith("FAIL  parity: the model differs from its weights by at most ")
        .contains("0.001")
        .endsWith("1e-04 is allowed in a probability");
  }

  @Test
  void asksForSignaturesWhenThereAreKeys(@TempDir Path work) throws IOException {
    KeyFiles files = KeyFiles.create(work.resolve("keys"), new SecureRandom());
    SigningKey key = SigningKey.read("key", files.signingKey());
    byte[] model = TestCheckpoint.model(CONTRACT).build();
    TestCheckpoint.write("v1", directory, model, CONTRACT, key);
    assertThat(check("signature").detail()).contains("not checked", files.keyId());

    keys = TrustedKeys.read("--public-key", List.of(files.publicKey()));
    assertThat(check("signature").toString())
        .isEqualTo("ok    signature: manifest.json is signed with key " + files.keyId());
    assertThat(check("parity").passed()).isTrue();

    TestCheckpoint.write("v2", directory, model, CONTRACT);
    assertThat(onlyFailure().toString())
        .startsWith("FAIL  signature: ")
        .contains("small/v2 is not signed");
  }

  private Check check(String name) {
    return CheckpointChecks.run(directory, keys).stream()
        .filter(check -> check.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void failsOnAnotherInput() throws IOException {
    TestCheckpoint.Model model = TestCheckpoint.model(CONTRACT).input("pixels", OnnxType.U8);
    TestCheckpoint.write("v1", directory, model.build(), CONTRACT);
    assertThat(onlyFailure().toString())
        .startsWith("FAIL  input: expected the name features, got [pixels]");

    Files.delete(directory.resolve("manifest.json"));
    TestCheckpoint.write(
        "v2",
        directory,
        TestCheckpoint.model(CONTRACT).input("features", OnnxType.F32).build(),
        CONTRACT);
    assertThat(onlyFailure().detail()).contains("expected UINT8 with shape [-1, 4]");
  }

  @Test
  void failsOnAMissingOutput() throws IOException {
    TestCheckpoint.write(
        "v1", directory, TestCheckpoint.model(CONTRACT).logitsAs("z").build(), CONTRACT);

    assertThat(onlyFailure().toString()).startsWith("FAIL  output: expected the name logits");
  }

  @Test
  void failsWhenProbabilitiesAreNotTheSoftmaxOfLogits() throws IOException {
    TestCheckpoint.write(
        "v1", directory, TestCheckpoint.model(CONTRACT).activation("Sigmoid").build(), CONTRACT);

    assertThat(onlyFailure().toString())
        .startsWith("FAIL  batch of 1: row 0, class 0: probability")
        .contains("but softmax(logits) is");
  }

  @Test
  void failsOnValuesThatAreNotFinite() throws IOException {
    TestCheckpoint.write(
        "v1", directory, TestCheckpoint.model(CONTRACT).bias(Float.NaN).build(), CONTRACT);

    assertThat(onlyFailure().toString()).startsWith("FAIL  batch of 1: row 0").contains("NaN");
  }

  private Check onlyFailure() {
    List<Check> checks = CheckpointChecks.run(directory, keys);
    List<Check> failures = checks.stream().filter(check -> !check.passed()).toList();
    assertThat(failures).as("%s", checks).hasSize(1);
    assertThat(checks).last().isEqualTo(failures.get(0));
    return failures.get(0);
  }
}
