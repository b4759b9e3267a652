package io.streamdistill.checkpoints.trust;

import io.streamdistill.checkpoints.format.FileTree;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.NamedParameterSpec;

/** The JDK's Ed25519, in few words. */
final class Ed25519 {

  static final String ALGORITHM = "Ed25519";

  private Ed25519() {}

  static KeyPair keyPair(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
      generator.initialize(NamedParameterSpec.ED25519, random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK since 15 has Ed25519", e);
    }
  }

  /** SHA-256 of the key in DER: {@code openssl pkey -pubin -outform DER | sha256sum}. */
  static String keyId(PublicKey key) {
    return FileTree.sha256(key.getEncoded());
  }

  static boolean verify(PublicKey key, byte[] message, byte[] signature)
      throws GeneralSecurityException {
    Signature verifier = Signature.getInstance(ALGORITHM);
    verifier.initVerify(key);
    verifier.update(message);
    try {
      return verifier.verify(signature);
    } catch (SignatureException e) { // of a form that no signature has
      return false;
    }
  }
}
