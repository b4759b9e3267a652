package io.streamdistill.student.source;

import org.jspecify.annotations.Nullable;

/** Which examples of the log a student trains on, {@code student.select}. */
public enum Selection implements TargetView {
  /** All of them. */
  ALL {
    @Override
    public @Nullable PassedOver passesOver(DecodedTarget target) {
      return null;
    }
  },
  /** Those that carry a hard label; the others are read and passed over. */
  LABELLED {
    @Override
    public @Nullable PassedOver passesOver(DecodedTarget target) {
      return target.target().example().label() == null ? PassedOver.UNLABELLED : null;
    }
  }
}
