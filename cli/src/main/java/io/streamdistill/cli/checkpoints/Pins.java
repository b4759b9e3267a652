package io.streamdistill.cli.checkpoints;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.log.AliasLog;

/** What a pin forbids. */
final class Pins {

  private Pins() {}

  /** Refuses to move an alias that somebody has pinned. */
  static void requireNone(AliasLog seen, String student, String alias) {
    seen.alias(student, alias)
        .filter(now -> now.pinned())
        .ifPresent(
            now -> {
              throw new CheckpointException(
                  "alias '%s' of '%s' was pinned to %s by %s at %s (%s); 'distill pin --student %s --alias %s --release' lets it go"
                      .formatted(
                          alias,
                          student,
                          now.version(),
                          now.actor(),
                          now.time(),
                          now.reason(),
                          student,
                          alias));
            });
  }
}
