package io.streamdistill.checkpoints.trust;

import static io.streamdistill.config.Require.require;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.ManifestFile;
import io.streamdistill.checkpoints.format.ManifestSignature;
import io.streamdistill.config.ConfigException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The public keys whose signatures are accepted: of several, any one will do, so that a key can be
 * replaced by another while checkpoints of both are about. Without any, signatures are not asked
 * for.
 */
public final class TrustedKeys {

  private static final TrustedKeys NONE = new TrustedKeys(Map.of());

  private final Map<String, PublicKey> byId;

  private TrustedKeys(Map<String, PublicKey> byId) {
    this.byId = byId;
  }

  /** Asks for no signature. */
  public static TrustedKeys none() {
    return NONE;
  }

  static TrustedKeys of(Collection<PublicKey> keys) {
    Map<String, PublicKey> byId = new TreeMap<>();
    keys.forEach(key -> byId.put(Ed25519.keyId(key), key));
    return new TrustedKeys(byId);
  }

  /**
   * Reads public Ed25519 keys, X.509 in PEM, one or several per file.
   *
   * @param what names the files in error messages, such as the option that they were given with
   * @param files none for {@link #none}
   * @throws ConfigException when one cannot be read, or is something else
   */
  public static TrustedKeys read(String what, List<Path> files) {
    List<PublicKey> keys = new ArrayList<>();
    for (Path file : files) {
      Pem.read(what, file).forEach(block -> keys.add(key(what, file, block)));
    }
    return of(keys);
  }

  private static PublicKey key(String what, Path file, Pem.Block block) {
    require(
        block.label().equals(Pem.PUBLIC_KEY),
        "%s: %s holds a %s where a PUBLIC KEY is wanted; 'openssl pkey -in KEY -pubout' makes one",
        what,
        file,
        block.label());
    try {
      return KeyFactory.getInstance(Ed25519.ALGORITHM)
          .generatePublic(new X509EncodedKeySpec(block.content()));
    } catch (GeneralSecurityException e) {
      throw new ConfigException(
          "%s: %s is not a public Ed25519 key: %s; 'distill keygen' makes such keys"
              .formatted(what, file, e.getMessage()),
          e);
    }
  }

  /** These keys and others. */
  public TrustedKeys and(TrustedKeys others) {
    Map<String, PublicKey> both = new TreeMap<>(byId);
    both.putAll(others.byId);
    return new TrustedKeys(both);
  }

  /** Says whether signatures are not asked for. */
  public boolean isEmpty() {
    return byId.isEmpty();
  }

  /**
   * Requires that the checkpoint in {@code directory} is signed with one of the keys, if there are
   * any; looks at its manifest only, see {@link CheckpointVerifier}.
   *
   * @throws CheckpointException when it is not
   */
  public void requireSigned(Path directory) {
    byte[] json = ManifestFile.bytes(directory);
    requireSigned(directory, ManifestFile.parse(directory, json), json);
  }

  /**
   * As {@link #requireSigned(Path)}, of what was read already.
   *
   * @param json the file {@code manifest.json}
   */
  void requireSigned(Path directory, Manifest manifest, byte[] json) {
    if (isEmpty()) {
      return;
    }
    try {
      requireSigned(manifest, json);
    } catch (CheckpointException e) {
      throw new CheckpointException(
          "%s is not trusted: %s".formatted(directory.resolve(Manifest.FILE_NAME), e.getMessage()),
          e);
    }
  }

  private void requireSigned(Manifest manifest, byte[] json) {
    ManifestSignature signature = manifest.signature();
    if (signature == null) {
      throw new CheckpointException(
          "%s is not signed, and only checkpoints signed with %s are accepted; set student.checkpoint.signing-key-file where it is trained"
              .formatted(manifest.id(), byId.keySet()));
    }
    PublicKey key = byId.get(signature.keyId());
    if (key == null) {
      throw new CheckpointException(
          "%s is signed with key %s, and only %s are accepted; give its public key too if it is a new one of your team"
              .formatted(manifest.id(), signature.keyId(), byId.keySet()));
    }
    byte[] signed = SignedBytes.of(json, signature);
    try {
      if (!Ed25519.verify(key, signed, HexFormat.of().parseHex(signature.ed25519()))) {
        throw new CheckpointException(
            "its signature with key %s does not fit: it was changed after it was signed, or is not signed with that key"
                .formatted(signature.keyId()));
      }
    } catch (GeneralSecurityException e) {
      throw new CheckpointException(
          "its signature cannot be checked with key %s: %s"
              .formatted(signature.keyId(), e.getMessage()),
          e);
    }
  }
}
