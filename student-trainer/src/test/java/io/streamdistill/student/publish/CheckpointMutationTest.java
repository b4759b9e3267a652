package io.streamdistill.student.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.Safetensors;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.checkpoints.trust.KeyFiles;
import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.engine.Pupil;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.StudentSnapshot;
import io.streamdistill.engine.export.Quantization;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.onnx.StudentModel;
import io.streamdistill.onnx.graph.OnnxQuantizer;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.student.CheckpointParity;
import io.streamdistill.student.TestStudents;
import io.streamdistill.student.publish.Mutations.Mutation;
import io.streamdistill.student.source.LogPosition;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of thousands of changed checkpoints. Every one starts from the same checkpoint,
 * which the trainer's own writer has written and signed; the changes are random, of a fixed seed.
 */
final class CheckpointMutationTest {

  private static final long SEED = 20260131;
  private static final int MUTATIONS = 5_000;

  /** Files of a few KiB need far less; what a file claims must not decide it. */
  private static final long MAX_ALLOCATION = 64 << 20;

  @TempDir private Path work;

  private Path directory = Path.of("");
  private Map<String, byte[]> original = Map.of();
  private List<FileEntry> announced = List.of();
  private TrustedKeys keys = TrustedKeys.none();
  private Mutations mutations = new Mutations(Map.of(), new Random(SEED));

  @BeforeEach
  void write() throws IOException {
    SigningKey key =
        SigningKey.read(
            "key", KeyFiles.create(work.resolve("keys"), new SecureRandom()).signingKey());
    keys = key.trusted();
    directory = work.resolve("checkpoint");
    Manifest manifest = checkpoint(key);
    announced = manifest.allFiles();
    original = read(directory);
    mutations = new Mutations(original, new Random(SEED));
  }

  private Manifest checkpoint(SigningKey key) {
    StudentPlan plan = TestStudents.plan(5);
    ObjectNode configuration = new ObjectMapper().createObjectNode();
    configuration.putObject("network").putArray("hidden").add(5);
    StudentIdentity identity =
        new StudentIdentity(
            "tiny",
            "soft-targets",
            FeatureContract.u8(4),
            ClassMap.ofCount(3),
            configuration.path("network"),
            configuration,
            null,
            null);
    CheckpointWriter writer =
        new CheckpointWriter(
            identity,
            plan,
            (model, contract) -> Optional.empty(),
            (model, contract) ->
                Optional.of(new Quantization.Variant(OnnxQuantizer.quantize(model), Map.of())),
            key,
            Clock.systemUTC());
    StudentSnapshot snapshot;
    try (Pupil pupil = TestStudents.pupil(plan, DistillationConfig.DEFAULT, 1)) {
      snapshot = writer.snapshot(pupil.student());
    }
    return writer.write(
        new CheckpointId("tiny", "v1"),
        null,
        directory,
        snapshot,
        new CheckpointWriter.Told(
            Progress.beginning(LogPosition.beginning("topic-id", new TreeMap<>(Map.of(0, 0L)))),
            Map.of("agreement", 0.5),
            Map.of(),
            null,
            null));
  }

  private static Map<String, byte[]> read(Path directory) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(directory)) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  @Test
  void noneOf5000IsAcceptedAndNoneCrashes() throws IOException {
    assertThat(CheckpointVerifier.verify(directory, announced, keys).files()).hasSize(6);
    assertThat(CheckpointParity.ofModel(directory, Manifest.read(directory)).probabilities())
        .isLessThan(1e-5);

    for (int i = 0; i < MUTATIONS; i++) {
      Mutation mutation = mutations.next();
      mutation.applyTo(directory);
      String what = "seed %d, number %d, %s".formatted(SEED, i, mutation.what());
      // as pull does, with an announcement, and as verify does, with a public key
      assertRefused(what, mutation.names(), announced, TrustedKeys.none());
      assertRefused(what, mutation.names(), List.of(), keys);
      mutation.undo(directory, original);
    }
    assertThat(CheckpointVerifier.verify(directory, announced, keys).files()).hasSize(6);
  }

  private void assertRefused(
      String what, Set<String> names, List<FileEntry> known, TrustedKeys trusted) {
    try {
      CheckpointVerifier.verify(directory, known, trusted);
    } catch (CheckpointException e) {
      assertThat(String.valueOf(e.getMessage()))
          .as(what)
          .containsAnyOf(names.toArray(String[]::new));
      return;
    }
    fail("accepted: " + what);
  }

  /** An attacker who may write everything, but has no key, computes the hashes anew. */
  @Test
  void noneIsAcceptedWhoseHashesWereComputedAnewWithoutTheKey() throws IOException {
    String signature = signature();
    for (int i = 0; i < 500; i++) {
      Mutation mutation = mutations.nextBehindTheManifest();
      mutation.applyTo(directory);
      writeManifest("\n}\n");
      String what = "seed %d, number %d, %s".formatted(SEED, i, mutation.what());
      assertThatCode(() -> CheckpointVerifier.verify(directory))
          .as(what)
          .doesNotThrowAnyException();

      assertRefused(what, Set.of("manifest.json is not trusted"), List.of(), keys);
      writeManifest(",\n" + signature);
      assertThat(Manifest.read(directory).signature()).as(what).isNotNull();
      assertRefused(what, Set.of("manifest.json is not trusted"), List.of(), keys);
      restore(mutation);
    }
  }

  /** The original one, with the hashes of what is there now; the test's own, without fsync. */
  private void writeManifest(String end) throws IOException {
    StringJoiner files = new StringJoiner(",\n", "\"files\" : [\n", "]");
    for (Map.Entry<String, byte[]> file : read(directory).entrySet()) {
      if (!file.getKey().equals(Manifest.FILE_NAME)) {
        files.add(
            "{\"name\" : \"%s\", \"size\" : %d, \"sha256\" : \"%s\"}"
                .formatted(file.getKey(), file.getValue().length, sha256(file.getValue())));
      }
    }
    String before = manifest().substring(0, manifest().indexOf("\"files\""));
    Files.writeString(directory.resolve(Manifest.FILE_NAME), before + files + end);
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private String manifest() {
    return new String(
        original.getOrDefault(Manifest.FILE_NAME, new byte[0]), StandardCharsets.UTF_8);
  }

  /** The old signature as it stands at the end of the manifest. */
  private String signature() {
    return manifest().substring(manifest().indexOf("  \"signature\""));
  }

  /**
   * Without keys it is up to the parsers: whatever they say, they say it and take little memory.
   */
  @Test
  void whatIsReadWithoutAKeyIsValidOrAClearErrorAndTakesLittleMemory() throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      Mutation mutation = mutations.nextBehindTheManifest();
      mutation.applyTo(directory);
      writeManifest("\n}\n");
      Manifest manifest = Manifest.read(directory);
      String what = "seed %d, number %d, %s".formatted(SEED, i, mutation.what());

      long before = threads.getCurrentThreadAllocatedBytes();
      boolean valid = isValid(what, manifest, i);
      assertThat(threads.getCurrentThreadAllocatedBytes() - before)
          .as(what)
          .isLessThan(MAX_ALLOCATION);
      refused += valid ? 0 : 1;
      restore(mutation);
    }
    assertThat(refused).isGreaterThan(500); // so that the parsers are what is tested
  }

  /** Runs the models of an eighth of them, which takes most of the time. */
  private boolean isValid(String what, Manifest manifest, int number) {
    try {
      CheckpointVerifier.verify(directory);
      var weights = Safetensors.read(directory.resolve(CheckpointFiles.WEIGHTS));
      var state = Safetensors.read(directory.resolve(CheckpointFiles.TRAINER_STATE));
      assertThat(weights.tensors().size() + state.tensors().size()).as(what).isNotNegative();
      boolean ofStudent =
          Stream.of(CheckpointFiles.MODEL, CheckpointFiles.SMALL_MODEL)
              .allMatch(name -> StudentModel.problem(directory.resolve(name)).isEmpty());
      if (ofStudent && number % 8 == 0) {
        return CheckpointParity.ofModel(directory, manifest).probabilities() < 1e-5
            && CheckpointParity.ofSmallModel(directory, manifest).isPresent();
      }
      return ofStudent;
    } catch (CheckpointException e) {
      assertThat(String.valueOf(e.getMessage()))
          .as(what)
          .isNotBlank()
          .doesNotContain("java.lang.", "StackOverflow", "OutOfMemory");
      return false;
    }
  }

  private void restore(Mutation mutation) throws IOException {
    mutation.undo(directory, original);
    Files.write(
        directory.resolve(Manifest.FILE_NAME),
        original.getOrDefault(Manifest.FILE_NAME, new byte[0]));
  }
}
