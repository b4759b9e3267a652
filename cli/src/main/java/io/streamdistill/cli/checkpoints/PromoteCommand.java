package io.streamdistill.cli.checkpoints;

import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.cli.config.HelpOption;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill promote}: moves an alias to a version, past the gate. */
@Command(
    name = "promote",
    description = {
      "Moves an alias of a student to a version, whatever the gate says of it.",
      "Who did it, why and when is kept; followers of the alias switch at once. Any name but"
          + " 'latest' can be an alias: it begins to exist when it is moved."
    })
public final class PromoteCommand implements Callable<Integer> {

  private final Supplier<AliasDesk> desk;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private HelpOption help = new HelpOption();

  @Mixin private AliasOptions options = new AliasOptions();

  @Option(names = "--version", paramLabel = "V", required = true, description = "to which version")
  private String version = "";

  @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "why")
  private String reason = "";

  /**
   * Creates the command.
   *
   * @param desk asked for when the command runs
   */
  public PromoteCommand(Supplier<AliasDesk> desk) {
    this.desk = desk;
  }

  @Override
  public Integer call() {
    AliasDesk open = desk.get();
    open.requireAnnounced(options.student, version);
    AliasLog seen = open.aliases();
    Pins.requireNone(seen, options.student, options.alias);
    String before =
        seen.alias(options.student, options.alias).map(Alias::version).orElse("nothing");
    open.move(
        seen,
        CheckpointEventKind.PROMOTED,
        options.student,
        options.alias,
        version,
        options.actor,
        reason);
    spec.commandLine()
        .getOut()
        .printf("%s of %s: %s -> %s%n", options.alias, options.student, before, version);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
