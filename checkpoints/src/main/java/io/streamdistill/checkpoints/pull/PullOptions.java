package io.streamdistill.checkpoints.pull;

import io.streamdistill.checkpoints.trust.TrustedKeys;

/**
 * What may be pulled, and how it lies in its directory.
 *
 * @param keys one of which must have signed what is pulled, unless there are none; default none
 * @param layout how it lies; default {@link DirectoryLayout#PLAIN}
 */
public record PullOptions(TrustedKeys keys, DirectoryLayout layout) {

  /** Asks for no signature, and adds nothing to the checkpoint. */
  public static PullOptions defaults() {
    return trusting(TrustedKeys.none());
  }

  /** Asks for a signature with one of {@code keys}. */
  public static PullOptions trusting(TrustedKeys keys) {
    return new PullOptions(keys, DirectoryLayout.PLAIN);
  }
}
