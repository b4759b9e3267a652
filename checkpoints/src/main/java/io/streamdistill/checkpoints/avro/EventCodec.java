package io.streamdistill.checkpoints.avro;

import io.streamdistill.checkpoints.format.CheckpointEvent;
import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.GateCheck;
import io.streamdistill.wire.Codecs;
import io.streamdistill.wire.RecordCodec;
import io.streamdistill.wire.WireException;

/** Events of checkpoints on the wire. */
public final class EventCodec {

  private static final RecordCodec<io.streamdistill.schema.CheckpointEvent> CODEC =
      Codecs.checkpointEvent();

  private EventCodec() {}

  /** The value of a record. */
  public static byte[] encode(CheckpointEvent event) {
    return CODEC.encode(
        io.streamdistill.schema.CheckpointEvent.newBuilder()
            .setStudent(event.student())
            .setKind(io.streamdistill.schema.CheckpointEventKind.valueOf(event.kind().name()))
            .setVersion(event.version())
            .setAlias(event.alias())
            .setFollows(event.follows())
            .setActor(event.act().actor())
            .setReason(event.act().reason())
            .setChecks(
                event.checks().stream()
                    .map(
                        check ->
                            new io.streamdistill.schema.GateCheck(
                                check.name(),
                                check.passed(),
                                check.value(),
                                check.bound(),
                                check.detail()))
                    .toList())
            .setEventTime(event.act().time())
            .build());
  }

  /**
   * Reads the value of a record.
   *
   * @throws CheckpointException when it is no event
   */
  public static CheckpointEvent decode(byte[] value) {
    io.streamdistill.schema.CheckpointEvent wire;
    try {
      wire = CODEC.decode(value);
    } catch (WireException e) {
      throw new CheckpointException(String.valueOf(e.getMessage()), e);
    }
    return new CheckpointEvent(
        wire.getStudent(),
        CheckpointEventKind.valueOf(wire.getKind().name()),
        wire.getVersion(),
        wire.getAlias(),
        wire.getFollows(),
        new CheckpointEvent.Act(wire.getActor(), wire.getReason(), wire.getEventTime()),
        wire.getChecks().stream()
            .map(
                check ->
                    new GateCheck(
                        check.getName(),
                        check.getPassed(),
                        check.getValue(),
                        check.getBound(),
                        check.getDetail()))
            .toList());
  }
}
