package io.streamdistill.cli.pull;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distill verify}: checks a checkpoint on disk. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Checks a pulled checkpoint, one line per check: every file's SHA-256; the signature; that"
          + " the model has only the operators that students have, and its weights in it; that ONNX"
          + " Runtime loads it; its input and outputs; batches of 1 and 3, whose probabilities must"
          + " be the softmax of the logits; and parity: the network that configuration and weights"
          + " make must give the model's probabilities on random inputs.",
      "Ends with 1 when a check fails."
    })
public final class VerifyCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "directory of the checkpoint")
  private Path directory = Path.of("");

  @Mixin private final PublicKeys publicKeys = new PublicKeys();

  @Override
  public Integer call() {
    List<Check> checks = CheckpointChecks.run(directory, publicKeys.read());
    PrintWriter out = spec.commandLine().getOut();
    checks.forEach(out::println);
    out.flush();
    return checks.stream().allMatch(Check::passed) ? 0 : 1;
  }
}
