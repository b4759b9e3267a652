package io.streamdistill.checkpoints.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.FileTree;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.store.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointVerifierTest {

  @TempDir Path work;
  private Path directory;
  private Manifest manifest;

  @BeforeEach
  void writeCheckpoint() {
    directory = work.resolve("checkpoint");
    manifest = Checkpoints.write(new CheckpointId("mnist", "v1"), directory, 100);
  }

  @Test
  void acceptsAnIntactCheckpointAlsoThroughALink() throws IOException {
    Path link = Files.createSymbolicLink(work.resolve("current"), directory);

    assertThat(CheckpointVerifier.verify(directory)).isEqualTo(manifest);
    assertThat(CheckpointVerifier.verify(link)).isEqualTo(manifest);
    assertThat(verifyAnnounced(manifest.allFiles())).isEqualTo(manifest);
  }

  @Test
  void namesEveryProblemAtOnce() throws IOException {
    byte[] weights = Files.readAllBytes(directory.resolve("weights.safetensors"));
    weights[0] ^= 1;
    Files.write(directory.resolve("weights.safetensors"), weights);
    Files.writeString(directory.resolve("config.json"), "{ }");
    Files.delete(directory.resolve("empty"));
    Files.writeString(directory.resolve("extra/stray.txt"), "?");
    Path outside = Files.writeString(work.resolve("outside"), "mnist/v1");
    Files.delete(directory.resolve("extra/notes.txt"));
    Files.createSymbolicLink(directory.resolve("extra/notes.txt"), outside);

    assertThatThrownBy(() -> CheckpointVerifier.verify(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("config.json: has 3 bytes, expected 2")
        .hasMessageContaining("empty: is missing")
        .hasMessageContaining("extra/stray.txt: is not in the manifest")
        .hasMessageContaining("extra/notes.txt: is not a regular file")
        .hasMessageContaining("weights.safetensors: has sha-256 " + FileTree.sha256(weights))
        .hasMessageContaining("expected " + manifest.files().get(3).sha256());
  }

  @Test
  void refusesALinkedManifest() throws IOException {
    Path manifestFile = directory.resolve(Manifest.FILE_NAME);
    Path moved = Files.move(manifestFile, work.resolve("moved.json"));
    Files.createSymbolicLink(manifestFile, moved);

    assertThatThrownBy(() -> CheckpointVerifier.verify(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("manifest.json: is not a regular file");
  }

  @Test
  void refusesADirectoryWithoutManifest() {
    assertThatThrownBy(() -> CheckpointVerifier.verify(work))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("manifest.json");
  }

  private Manifest verifyAnnounced(List<FileEntry> announced) {
    return CheckpointVerifier.verify(directory, announced, TrustedKeys.none());
  }

  @Test
  void comparesWithTheAnnouncement() {
    List<FileEntry> announced = new ArrayList<>(manifest.allFiles());
    announced.remove(0); // config.json
    announced.add(new FileEntry("model.onnx", 5, "0".repeat(64)));

    assertThatThrownBy(() -> verifyAnnounced(announced))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("config.json: is in the manifest, but was not announced")
        .hasMessageContaining("model.onnx: was announced");
  }

  @Test
  void believesNothingOfAManifestThatWasNotAnnounced() {
    List<FileEntry> announced = new ArrayList<>(manifest.files());
    announced.add(new FileEntry(Manifest.FILE_NAME, 5, "0".repeat(64)));

    assertThatThrownBy(() -> verifyAnnounced(announced))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("manifest.json: has")
        .hasMessageEndingWith("bytes, expected 5");
    assertThatThrownBy(() -> verifyAnnounced(manifest.files()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("manifest.json: was not announced");
  }

  @Test
  void namesTheFirstOfManyProblems() throws IOException {
    for (int i = 0; i < 500; i++) {
      Files.writeString(directory.resolve("stray" + i), "?");
    }

    assertThatThrownBy(() -> CheckpointVerifier.verify(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("stray0: is not in the manifest")
        .hasMessageEndingWith("and 480 more");
  }
}
