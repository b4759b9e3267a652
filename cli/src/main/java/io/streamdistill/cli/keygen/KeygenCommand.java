package io.streamdistill.cli.keygen;

import io.streamdistill.checkpoints.trust.KeyFiles;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill keygen}: makes a pair of keys. */
@Command(
    name = "keygen",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a pair of Ed25519 keys to sign checkpoints with: DIR/signing-key.pem, which only you"
          + " can read, and DIR/public-key.pem. Files that exist are never overwritten."
    })
public final class KeygenCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(names = "--out", paramLabel = "DIR", required = true, description = "where to")
  private Path out = Path.of("");

  @Override
  public Integer call() {
    KeyFiles keys = KeyFiles.create(out, new SecureRandom());
    PrintWriter console = spec.commandLine().getOut();
    console.printf("key %s%n", keys.keyId());
    console.printf(
        "  %s  to sign with: student.checkpoint.signing-key-file of the trainer; keep it secret%n",
        keys.signingKey());
    console.printf(
        "  %s  to check with: --public-key of 'distill pull' and 'distill verify'%n",
        keys.publicKey());
    console.flush();
    return 0;
  }
}
