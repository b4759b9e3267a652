package io.streamdistill.cli.checkpoints;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.AliasLog;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill rollback}: moves an alias back to where it was before. */
@Command(
    name = "rollback",
    mixinStandardHelpOptions = true,
    description = {
      "Moves an alias of a student back to the version that it stood for before; once more, to the"
          + " one before that.",
      "The gate may move a champion on again with the next checkpoint that passes: 'distill pin'"
          + " holds it."
    })
public final class RollbackCommand implements Callable<Integer> {

  private final Supplier<AliasDesk> desk;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private AliasOptions options = new AliasOptions();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "why; default: ${DEFAULT-VALUE}",
      defaultValue = "rolled back by hand")
  private String reason = "";

  /**
   * Creates the command.
   *
   * @param desk asked for when the command runs
   */
  public RollbackCommand(Supplier<AliasDesk> desk) {
    this.desk = desk;
  }

  @Override
  public Integer call() {
    AliasDesk open = desk.get();
    AliasLog seen = open.aliases();
    Alias now =
        seen.alias(options.student, options.alias)
            .orElseThrow(
                () ->
                    new CheckpointException(
                        "'%s' has no alias '%s'; 'distill checkpoints --student %s' lists what there is"
                            .formatted(options.student, options.alias, options.student)));
    Pins.requireNone(seen, options.student, options.alias);
    Set<String> there =
        open.announced(options.student).stream()
            .map(Announcement::version)
            .collect(Collectors.toSet());
    String target =
        now.predecessors().stream()
            .filter(there::contains)
            .findFirst()
            .orElseThrow(
                () ->
                    new CheckpointException(
                        "alias '%s' of '%s' has stood for nothing before %s that is still there; 'distill promote' moves it to any version"
                            .formatted(options.alias, options.student, now.version())));
    open.move(
        seen,
        CheckpointEventKind.ROLLED_BACK,
        options.student,
        options.alias,
        target,
        options.actor,
        reason);
    spec.commandLine()
        .getOut()
        .printf("%s of %s: %s -> %s%n", options.alias, options.student, now.version(), target);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
