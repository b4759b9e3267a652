package io.streamdistill.checkpoints.trust;

import static io.streamdistill.config.Require.require;

import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.ManifestJson;
import io.streamdistill.checkpoints.format.ManifestSignature;
import io.streamdistill.config.ConfigException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The private key that a team signs its checkpoints with. */
public final class SigningKey {

  private static final String REMEDY =
      "; 'distill keygen' and 'openssl genpkey -algorithm ed25519' make such keys";

  private final PrivateKey key;
  private final PublicKey publicKey;

  private SigningKey(PrivateKey key, PublicKey publicKey) {
    this.key = key;
    this.publicKey = publicKey;
  }

  /**
   * Reads a private Ed25519 key, PKCS#8 in PEM, not encrypted.
   *
   * @param what names the file in error messages, such as the key of the configuration
   * @throws ConfigException when it cannot be read, or is something else
   */
  public static SigningKey read(String what, Path file) {
    List<Pem.Block> blocks = Pem.read(what, file);
    String label = blocks.get(0).label();
    require(
        blocks.size() == 1 && label.equals(Pem.PRIVATE_KEY),
        "%s: %s holds %s where one unencrypted PRIVATE KEY (PKCS#8) is wanted%s",
        what,
        file,
        blocks.stream().map(Pem.Block::label).toList(),
        REMEDY);
    try {
      PrivateKey key =
          KeyFactory.getInstance(Ed25519.ALGORITHM)
              .generatePrivate(new PKCS8EncodedKeySpec(blocks.get(0).content()));
      byte[] seed = ((EdECPrivateKey) key).getBytes().orElseThrow();
      PublicKey publicKey = Ed25519.keyPair(new Repeating(seed)).getPublic();
      SigningKey signingKey = new SigningKey(key, publicKey);
      signingKey.requirePair();
      return signingKey;
    } catch (GeneralSecurityException e) {
      throw new ConfigException(
          "%s: %s is not a private Ed25519 key: %s%s".formatted(what, file, e.getMessage(), REMEDY),
          e);
    }
  }

  /** The JDK has no other way from a private key to its public one; so it is tried out once. */
  private void requirePair() throws GeneralSecurityException {
    byte[] probe = {1, 2, 3};
    if (!Ed25519.verify(publicKey, probe, signed(probe))) {
      throw new GeneralSecurityException("no public key belongs to it");
    }
  }

  /** Trusts this key's own signatures, and nobody else's. */
  public TrustedKeys trusted() {
    return TrustedKeys.of(List.of(publicKey));
  }

  /** SHA-256 of the public key in DER, as {@link ManifestSignature#keyId} has it. */
  public String keyId() {
    return Ed25519.keyId(publicKey);
  }

  /** Signs with a key, or leaves manifests as they are when there is none. */
  public static UnaryOperator<Manifest> signer(@Nullable SigningKey key) {
    return key == null ? UnaryOperator.identity() : key::sign;
  }

  /** The same manifest, signed; an older signature is replaced. */
  public Manifest sign(Manifest manifest) {
    ManifestSignature unset = ManifestSignature.unset(keyId());
    byte[] json = ManifestJson.write(manifest.withSignature(unset));
    try {
      byte[] signature = signed(SignedBytes.of(json, unset));
      return manifest.withSignature(
          new ManifestSignature(keyId(), HexFormat.of().formatHex(signature)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("an Ed25519 key signs anything", e);
    }
  }

  private byte[] signed(byte[] message) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(Ed25519.ALGORITHM);
    signature.initSign(key);
    signature.update(message);
    return signature.sign();
  }

  /** Gives a key generator the seed of a key that is there already. */
  private static final class Repeating extends SecureRandom {

    private static final long serialVersionUID = 1L;

    private final byte[] seed;

    Repeating(byte[] seed) {
      this.seed = seed;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(seed, 0, bytes, 0, bytes.length);
    }
  }
}
