package io.streamdistill.cli.checkpoints;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.log.CheckpointListing;
import io.streamdistill.cli.outage.OutageOptions;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill checkpoints}: lists the checkpoints of a student. */
@Command(
    name = "checkpoints",
    mixinStandardHelpOptions = true,
    description = {
      "Lists the checkpoints of a student, newest first: version, time, examples, metrics, aliases,"
          + " what the gate said, teacher, size."
    })
public final class CheckpointsCommand implements Callable<Integer> {

  private final Supplier<AliasDesk> desk;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(names = "--student", paramLabel = "NAME", required = true, description = "whose")
  private String student = "";

  @Option(
      names = "--json",
      description = "as JSON, with every check of the gate, and examples by teacher")
  private boolean json;

  @Mixin private final OutageOptions outages = new OutageOptions();

  /**
   * Creates the command.
   *
   * @param desk asked for when the command runs
   */
  public CheckpointsCommand(Supplier<AliasDesk> desk) {
    this.desk = desk;
  }

  @Override
  public Integer call() {
    AliasDesk open = desk.get();
    List<String> lines = outages.patience(spec.commandLine().getErr()).through(() -> lines(open));
    PrintWriter out = spec.commandLine().getOut();
    lines.forEach(out::println);
    out.flush();
    return 0;
  }

  private List<String> lines(AliasDesk open) {
    List<Announcement> announced = open.announced(student);
    return json
        ? List.of(CheckpointListing.json(open.detailed(announced, student)))
        : ListingTable.lines(CheckpointListing.of(announced, open.aliases(), student));
  }
}
