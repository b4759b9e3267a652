package io.streamdistill.wire;

import io.streamdistill.schema.CheckpointEvent;
import io.streamdistill.schema.CheckpointPublished;
import io.streamdistill.schema.HardLabel;
import io.streamdistill.schema.SoftTarget;
import io.streamdistill.schema.TransferExample;

/** The codecs of the product's topics, in the default framing. */
public final class Codecs {

  private Codecs() {}

  /** Codec of the transfer-set topic. */
  public static RecordCodec<TransferExample> transferExample() {
    return SingleObjectCodec.of(TransferExample.class);
  }

  /** Codec of the soft-target topic. */
  public static RecordCodec<SoftTarget> softTarget() {
    return SingleObjectCodec.of(SoftTarget.class);
  }

  /** Codec of the labels topic. */
  public static RecordCodec<HardLabel> hardLabel() {
    return SingleObjectCodec.of(HardLabel.class);
  }

  /** Codec of the checkpoint announcements. */
  public static RecordCodec<CheckpointPublished> checkpointPublished() {
    return SingleObjectCodec.of(CheckpointPublished.class);
  }

  /** Codec of the events of checkpoints. */
  public static RecordCodec<CheckpointEvent> checkpointEvent() {
    return SingleObjectCodec.of(CheckpointEvent.class);
  }
}
