package io.streamdistill.cli.config;

import picocli.CommandLine.Option;

/**
 * {@code --help}, for commands without the standard options: their {@code --version} is that of a
 * checkpoint.
 */
public final class HelpOption {

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;
}
