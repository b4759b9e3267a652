package io.streamdistill.checkpoints.format;

import java.util.regex.Pattern;

/**
 * An Ed25519 signature (RFC 8032) over a manifest, and with it over the SHA-256 of every file that
 * the manifest names. It is the last field of {@code manifest.json}, so that what is signed is
 * simply the file as far as the digits of {@code ed25519}: nothing has to be parsed or written anew
 * to check it, and {@code openssl} can.
 *
 * @param keyId SHA-256 of the public key in DER (X.509), 64 lower-case hexadecimal digits
 * @param ed25519 the signature, 128 lower-case hexadecimal digits
 */
public record ManifestSignature(String keyId, String ed25519) {

  private static final Pattern KEY_ID = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern ED25519 = Pattern.compile("[0-9a-f]{128}");

  /** Validates the form. */
  public ManifestSignature {
    if (!KEY_ID.matcher(keyId).matches() || !ED25519.matcher(ed25519).matches()) {
      throw new CheckpointException(
          "signature takes a keyId of 64 and an ed25519 of 128 lower-case hexadecimal digits");
    }
  }

  /** Fills the place of the signature in a manifest that is about to be signed. */
  public static ManifestSignature unset(String keyId) {
    return new ManifestSignature(keyId, "0".repeat(128));
  }
}
