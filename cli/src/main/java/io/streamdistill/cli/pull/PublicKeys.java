package io.streamdistill.cli.pull;

import io.streamdistill.checkpoints.trust.TrustedKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The option that asks for signatures. */
public final class PublicKeys {

  private static final String OPTION = "--public-key";

  @Option(
      names = OPTION,
      paramLabel = "FILE",
      description =
          "takes only what is signed with this key, public Ed25519 in PEM; may be repeated, and any"
              + " of the keys will do. Default: signatures are not asked for")
  private final List<Path> files = new ArrayList<>();

  /**
   * Reads the keys.
   *
   * @throws io.streamdistill.config.ConfigException when a file is no public key
   */
  public TrustedKeys read() {
    return TrustedKeys.read(OPTION, files);
  }
}
