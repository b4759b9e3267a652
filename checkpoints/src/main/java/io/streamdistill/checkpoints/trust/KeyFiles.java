package io.streamdistill.checkpoints.trust;

import static io.streamdistill.config.Require.require;

import io.streamdistill.config.ConfigException;
import io.streamdistill.exit.FileReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.List;

/**
 * A new pair of keys on disk.
 *
 * @param signingKey file of the private key, which only its owner may read
 * @param publicKey file of the public key
 * @param keyId SHA-256 of the public key in DER
 */
public record KeyFiles(Path signingKey, Path publicKey, String keyId) {

  private static final OpenOption[] NEW = {StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE};

  /**
   * Makes {@code signing-key.pem} and {@code public-key.pem}; nothing is ever overwritten.
   *
   * @param directory created when it is not there
   * @throws ConfigException when one of the files exists, or cannot be written
   */
  public static KeyFiles create(Path directory, SecureRandom random) {
    Path signingKey = directory.resolve("signing-key.pem");
    Path publicKey = directory.resolve("public-key.pem");
    for (Path file : List.of(signingKey, publicKey)) {
      require(
          Files.notExists(file, LinkOption.NOFOLLOW_LINKS),
          "%s exists, and keys are never overwritten; name another directory",
          file);
    }
    KeyPair pair = Ed25519.keyPair(random);
    try {
      Files.createDirectories(directory);
      Files.createFile( // before the key is in it
          signingKey,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(signingKey, Pem.encode(Pem.PRIVATE_KEY, pair.getPrivate().getEncoded()));
      Files.writeString(publicKey, Pem.encode(Pem.PUBLIC_KEY, pair.getPublic().getEncoded()), NEW);
    } catch (IOException e) {
      throw new ConfigException(
          "keys cannot be written to %s: %s; name another directory"
              .formatted(directory, FileReason.of(e)),
          e);
    }
    return new KeyFiles(signingKey, publicKey, Ed25519.keyId(pair.getPublic()));
  }
}
