package io.streamdistill.checkpoints.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.ManifestJson;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyTest {

  private static final String WHAT = "student.checkpoint.signing-key-file";

  /** RFC 8032, section 7.1, test 1, as {@code openssl pkey} writes it. */
  private static final String RFC_PRIVATE =
      pkcs8("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");

  private static final String RFC_PUBLIC =
      Pem.encode(
          Pem.PUBLIC_KEY,
          HexFormat.of()
              .parseHex(
                  "302a300506032b6570032100"
                      + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));

  @TempDir Path directory;

  private static String pkcs8(String seed) {
    return Pem.encode(
        Pem.PRIVATE_KEY, HexFormat.of().parseHex("302e020100300506032b657004220420" + seed));
  }

  private Path file(String content) throws IOException {
    return Files.writeString(directory.resolve("key.pem"), content);
  }

  @Test
  void findsThePublicKeyOfAPrivateOne() throws IOException {
    Path privateKey =
        Files.writeString(
            directory.resolve("private.pem"),
            pkcs8("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
    Path other = Files.writeString(directory.resolve("other.pem"), RFC_PRIVATE);
    Path otherPublic = Files.writeString(directory.resolve("public.pem"), RFC_PUBLIC);

    SigningKey key = SigningKey.read(WHAT, other);
    Manifest signed = key.sign(Checkpoints.manifest(new CheckpointId("mnist", "v1")).build());

    TrustedKeys trusted = TrustedKeys.read("--public-key", List.of(otherPublic));
    trusted.requireSigned(directory, signed, ManifestJson.write(signed));
    assertThat(SigningKey.read(WHAT, privateKey).keyId()).isNotEqualTo(key.keyId());
  }

  @Test
  void writesKeysThatOnlyTheirOwnerMayReadAndNeverOverwritesThem() throws IOException {
    Path keys = directory.resolve("new").resolve("keys");

    KeyFiles written = KeyFiles.create(keys, new SecureRandom());

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(written.signingKey())))
        .isEqualTo("rw-------");
    assertThat(SigningKey.read(WHAT, written.signingKey()).keyId()).isEqualTo(written.keyId());
    assertThat(TrustedKeys.read("--public-key", List.of(written.publicKey())).isEmpty()).isFalse();
    String before = Files.readString(written.signingKey());
    assertThatThrownBy(() -> KeyFiles.create(keys, new SecureRandom()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("signing-key.pem exists, and keys are never overwritten");
    Files.delete(written.signingKey());
    assertThatThrownBy(() -> KeyFiles.create(keys, new SecureRandom()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("public-key.pem exists");
    assertThat(written.signingKey()).doesNotExist();
    assertThat(before).startsWith("-----BEGIN PRIVATE KEY-----\n").endsWith("-----\n");
  }

  @Test
  void saysWhatIsInAFileThatIsNoPrivateEd25519Key() throws Exception {
    assertRefused("nothing here", "is not a PEM file");
    assertRefused(RFC_PUBLIC, "holds [PUBLIC KEY] where one unencrypted PRIVATE KEY");
    assertRefused(RFC_PRIVATE + RFC_PRIVATE, "holds [PRIVATE KEY, PRIVATE KEY]");
    assertRefused(
        RFC_PRIVATE.replace("PRIVATE", "ENCRYPTED PRIVATE"), "holds [ENCRYPTED PRIVATE KEY]");
    assertRefused(Pem.encode(Pem.PRIVATE_KEY, new byte[] {1, 2}), "is not a private Ed25519 key");
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    assertRefused(
        Pem.encode(Pem.PRIVATE_KEY, rsa.generateKeyPair().getPrivate().getEncoded()),
        "is not a private Ed25519 key");
    assertRefused("-".repeat(100_000), "has more than 65536 bytes");
    assertThatThrownBy(() -> SigningKey.read(WHAT, directory.resolve("none.pem")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(WHAT)
        .hasMessageContaining("none.pem cannot be read");
  }

  private void assertRefused(String content, String message) throws IOException {
    Path file = file(content);
    assertThatThrownBy(() -> SigningKey.read(WHAT, file))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(WHAT)
        .hasMessageContaining("key.pem")
        .hasMessageContaining(message);
  }

  @Test
  void saysWhatIsInAFileThatIsNoPublicEd25519Key() throws IOException {
    Path privateKey = file(RFC_PRIVATE);
    assertThatThrownBy(() -> TrustedKeys.read("--public-key", List.of(privateKey)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("--public-key")
        .hasMessageContaining("holds a PRIVATE KEY where a PUBLIC KEY is wanted");
    Path damaged = file(Pem.encode(Pem.PUBLIC_KEY, new byte[40]));
    assertThatThrownBy(() -> TrustedKeys.read("--public-key", List.of(damaged)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("is not a public Ed25519 key");
  }
}
