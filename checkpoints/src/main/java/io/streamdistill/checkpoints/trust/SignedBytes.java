package io.streamdistill.checkpoints.trust;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.ManifestSignature;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The part of a {@code manifest.json} that its signature is over: all that is before its digits.
 */
final class SignedBytes {

  private static final String AFTER_DIGITS = "\"\n  }\n}\n";

  private SignedBytes() {}

  /**
   * Cuts the digits of the signature off, and what follows them.
   *
   * @throws CheckpointException when the signature is not the end of the file, in the form in which
   *     StreamDistill writes it
   */
  static byte[] of(byte[] manifest, ManifestSignature signature) {
    byte[] end = (signature.ed25519() + AFTER_DIGITS).getBytes(StandardCharsets.US_ASCII);
    int signed = manifest.length - end.length;
    if (signed < 0 || !Arrays.equals(manifest, signed, manifest.length, end, 0, end.length)) {
      throw new CheckpointException("its signature is not the end of the file, as it was written");
    }
    return Arrays.copyOf(manifest, signed);
  }
}
