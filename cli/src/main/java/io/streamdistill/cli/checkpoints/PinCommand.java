package io.streamdistill.cli.checkpoints;

import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.cli.config.HelpOption;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill pin}: holds an alias where it is, or at a version. */
@Command(
    name = "pin",
    description = {
      "Holds an alias of a student at a version: neither the gate nor promote and rollback move it"
          + " until it is released.",
      "Its checkpoint is kept, however many newer ones there are."
    })
public final class PinCommand implements Callable<Integer> {

  private final Supplier<AliasDesk> desk;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private HelpOption help = new HelpOption();

  @Mixin private AliasOptions options = new AliasOptions();

  @Option(
      names = "--version",
      paramLabel = "V",
      description = "at which version; default: where it is")
  private @Nullable String version;

  @Option(names = "--release", description = "lets a pinned alias go")
  private boolean release;

  @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "why")
  private String reason = "";

  /**
   * Creates the command.
   *
   * @param desk asked for when the command runs
   */
  public PinCommand(Supplier<AliasDesk> desk) {
    this.desk = desk;
  }

  @Override
  public Integer call() {
    if (release && version != null) {
      throw new CheckpointException("--release leaves the alias where it is; leave out --version");
    }
    AliasDesk open = desk.get();
    AliasLog seen = open.aliases();
    Optional<Alias> now = seen.alias(options.student, options.alias);
    if (release && now.filter(Alias::pinned).isEmpty()) {
      throw new CheckpointException(
          "alias '%s' of '%s' is not pinned".formatted(options.alias, options.student));
    }
    String target =
        version != null
            ? version
            : now.map(Alias::version)
                .orElseThrow(
                    () ->
                        new CheckpointException(
                            "'%s' has no alias '%s' yet; say where to with --version"
                                .formatted(options.student, options.alias)));
    open.requireAnnounced(options.student, target);
    open.move(
        seen,
        release ? CheckpointEventKind.RELEASED : CheckpointEventKind.PINNED,
        options.student,
        options.alias,
        target,
        options.actor,
        reason);
    spec.commandLine()
        .getOut()
        .printf(
            "%s of %s: %s %s%n",
            options.alias, options.student, release ? "released at" : "pinned to", target);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
