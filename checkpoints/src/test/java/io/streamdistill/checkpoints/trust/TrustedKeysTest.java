package io.streamdistill.checkpoints.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.FileTree;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.ManifestJson;
import io.streamdistill.checkpoints.format.ManifestSignature;
import io.streamdistill.checkpoints.store.Checkpoints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustedKeysTest {

  private static final CheckpointId ID = new CheckpointId("mnist", "v1");

  @TempDir Path work;

  private Path directory;
  private SigningKey ours;
  private SigningKey theirs;

  @BeforeEach
  void makeKeys() {
    directory = work.resolve("checkpoint");
    ours = key("ours");
    theirs = key("theirs");
  }

  private SigningKey key(String name) {
    return SigningKey.read(
        name, KeyFiles.create(work.resolve(name), new SecureRandom()).signingKey());
  }

  private Manifest signed() {
    return Checkpoints.write(ID, directory, 100).write(directory, ours::sign);
  }

  private byte[] json() throws IOException {
    return Files.readAllBytes(directory.resolve(Manifest.FILE_NAME));
  }

  private void write(byte[] json) throws IOException {
    Files.write(directory.resolve(Manifest.FILE_NAME), json);
  }

  @Test
  void acceptsWhatOneOfTheKeysHasSigned() throws IOException {
    Manifest manifest = signed();

    assertThat(CheckpointVerifier.verify(directory, ours.trusted())).isEqualTo(manifest);
    assertThat(CheckpointVerifier.verify(directory, theirs.trusted().and(ours.trusted())))
        .isEqualTo(manifest);
    assertThat(CheckpointVerifier.verify(directory)).isEqualTo(manifest);
    assertThat(manifest.allFiles())
        .contains(new FileEntry(Manifest.FILE_NAME, json().length, FileTree.sha256(json())));
    Path both =
        Files.writeString(
            work.resolve("both.pem"),
            Files.readString(work.resolve("theirs/public-key.pem"))
                + Files.readString(work.resolve("ours/public-key.pem")));
    assertThat(
            CheckpointVerifier.verify(directory, TrustedKeys.read("--public-key", List.of(both))))
        .isEqualTo(manifest);
  }

  @Test
  void refusesWhatIsNotSignedOrByAnother() {
    Checkpoints.write(ID, directory, 100);
    assertRefused("mnist/v1 is not signed");

    signed();
    assertThatThrownBy(() -> CheckpointVerifier.verify(directory, theirs.trusted()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("manifest.json is not trusted")
        .hasMessageContaining("is signed with key " + ours.keyId())
        .hasMessageContaining("only [" + theirs.keyId() + "] are accepted");
  }

  @Test
  void refusesTheSignatureOfAnotherUnderTheTrustedName() throws IOException {
    Manifest manifest = signed();
    ManifestSignature forged =
        Objects.requireNonNull(theirs.sign(manifest).signature(), "just signed");
    write(
        ManifestJson.write(
            manifest.withSignature(new ManifestSignature(ours.keyId(), forged.ed25519()))));

    assertRefused("does not fit");
  }

  @Test
  void refusesAManifestWithAnyOtherByte() throws IOException {
    signed();
    byte[] json = json();
    for (int i = 0; i < json.length; i++) {
      byte[] changed = json.clone();
      changed[i] ^= 1;
      write(changed);

      assertThatThrownBy(() -> CheckpointVerifier.verify(directory, ours.trusted()))
          .as("byte %d", i)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("manifest.json");
    }
  }

  @Test
  void refusesFieldsThatWereAddedAfterSigning() throws IOException {
    signed();
    String json = new String(json(), StandardCharsets.UTF_8);
    write(json.replaceFirst("\\{", "{ \"future\" : 1,").getBytes(StandardCharsets.UTF_8));
    assertRefused("does not fit");

    write(
        json.stripTrailing()
            .replaceFirst("}$", ", \"future\" : 1}\n")
            .getBytes(StandardCharsets.UTF_8));
    assertRefused("is not the end of the file");

    write((json + " ").getBytes(StandardCharsets.UTF_8));
    assertRefused("is not the end of the file");
  }

  @Test
  void theSignatureIsOverAllThatIsBeforeItsDigits() throws Exception {
    Manifest manifest = signed();
    byte[] json = json();

    byte[] before = Arrays.copyOf(json, json.length - 136); // as the documentation has it
    String digits = new String(json, before.length, 128, StandardCharsets.US_ASCII);

    assertThat(Objects.requireNonNull(manifest.signature()).ed25519()).isEqualTo(digits);
    assertThat(Ed25519.verify(publicKeyOf("ours"), before, HexFormat.of().parseHex(digits)))
        .isTrue();
  }

  private java.security.PublicKey publicKeyOf(String name) throws Exception {
    Path file = work.resolve(name).resolve("public-key.pem");
    return java.security.KeyFactory.getInstance("Ed25519")
        .generatePublic(
            new java.security.spec.X509EncodedKeySpec(Pem.read(name, file).get(0).content()));
  }

  @Test
  void signsAnewWhatIsWrittenAnew() throws IOException {
    signed();
    Files.writeString(directory.resolve("config.json"), "{\"new\": 1}");

    Manifest.read(directory).write(directory, theirs::sign);

    assertThat(CheckpointVerifier.verify(directory, theirs.trusted()).signature()).isNotNull();
    Manifest.read(directory).write(directory);
    assertThat(Manifest.read(directory).signature()).isNull();
  }

  @Test
  void signaturesHaveOneFormOnly() {
    Manifest manifest = signed();
    String digits = Objects.requireNonNull(manifest.signature()).ed25519();

    for (String wrong :
        List.of(
            "", digits.substring(2), digits.toUpperCase(java.util.Locale.ROOT).replace('0', 'A'))) {
      assertThatThrownBy(() -> new ManifestSignature(ours.keyId(), wrong))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("128 lower-case hexadecimal digits");
    }
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> CheckpointVerifier.verify(directory, ours.trusted()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("manifest.json is not trusted")
        .hasMessageContaining(message);
    assertThat(CheckpointVerifier.verify(directory).id()).isEqualTo(ID); // intact as such
  }
}
