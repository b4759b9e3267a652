package io.streamdistill.checkpoints.log;

import org.jspecify.annotations.Nullable;

/**
 * Which checkpoint of a student is wanted: what an alias stands for, or one version.
 *
 * @param alias {@link Alias#LATEST} or one that was moved; null when a version is wanted
 * @param version null when an alias is wanted
 */
public record CheckpointChoice(@Nullable String alias, @Nullable String version) {

  /** Validates. */
  public CheckpointChoice {
    if ((alias == null) == (version == null)) {
      throw new IllegalArgumentException("either an alias or a version is wanted");
    }
  }

  /** The newest that is intact. */
  public static CheckpointChoice latest() {
    return alias(Alias.LATEST);
  }

  /** What an alias stands for at that moment. */
  public static CheckpointChoice alias(String alias) {
    return new CheckpointChoice(alias, null);
  }

  /** One version. */
  public static CheckpointChoice version(String version) {
    return new CheckpointChoice(null, version);
  }

  public boolean isLatest() {
    return Alias.LATEST.equals(alias);
  }
}
