package io.streamdistill.kafka;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.exit.HasExitStatus;
import java.util.List;
import java.util.stream.Collectors;

/** The log no longer holds what is to be read next; the message names what, and the way on. */
public final class LostRecordsException extends RuntimeException implements HasExitStatus {

  private static final long serialVersionUID = 1L;

  private final transient List<LostRecords> lost;

  /**
   * Creates the exception.
   *
   * @param lost at least one, all of the same topic
   * @param remedy what to do, such as the key that goes on anyway
   */
  public LostRecordsException(List<LostRecords> lost, String remedy) {
    super(described(lost) + "; " + remedy);
    this.lost = List.copyOf(lost);
  }

  /** One line that names topic, partitions, offsets and numbers, for the log as well. */
  public static String described(List<LostRecords> lost) {
    return "topic '%s' no longer holds what is to be read next: %s"
        .formatted(
            lost.get(0).topic(),
            lost.stream().map(LostRecords::text).collect(Collectors.joining("; ")));
  }

  /** What is lost. */
  public List<LostRecords> lost() {
    return lost;
  }

  @Override
  public ExitStatus exitStatus() {
    return ExitStatus.LOST_RECORDS;
  }
}
