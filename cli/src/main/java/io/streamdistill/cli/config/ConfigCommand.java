package io.streamdistill.cli.config;

import io.streamdistill.core.config.ConfigLoader;
import io.streamdistill.core.config.Effective;
import io.streamdistill.core.config.Effective.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill config}: checks the configuration, and shows what applies and why. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = {
      "Checks the whole configuration, and reports everything that is wrong with it at once.",
      "Later layers win: defaults, file, DISTILL_* environment variables, flags."
    })
public final class ConfigCommand implements Callable<Integer> {

  private final ConfigOptions options;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = "--effective",
      description = "print the value of every key and where it was set; secrets are masked")
  private boolean effective;

  @Option(names = "--defaults", description = "print the documented defaults, and nothing else")
  private boolean defaults;

  /** Creates the command. */
  public ConfigCommand(ConfigOptions options) {
    this.options = options;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (defaults) {
      try (InputStream in = DistillConfig.class.getResourceAsStream(DistillConfig.DEFAULTS)) {
        out.print(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
      }
      out.flush();
      return ExitCode.OK;
    }
    ConfigLoader loader = options.loader();
    if (effective) {
      print(loader.effective(), out);
    }
    loader.load(DistillConfig.class);
    if (!effective) {
      out.println("The configuration is valid.");
    }
    out.flush();
    return ExitCode.OK;
  }

  private static void print(Effective effective, PrintWriter out) {
    int keys = 1;
    int values = 1;
    for (Entry entry : effective.entries()) {
      keys = Math.max(keys, entry.key().length());
      values = Math.max(values, entry.value().length());
    }
    String format = "%-" + keys + "s  %-" + Math.min(values, 40) + "s  %s";
    for (Entry entry : effective.entries()) {
      out.println(
          String.format(Locale.ROOT, format, entry.key(), entry.value(), entry.origin())
              .stripTrailing());
    }
    out.flush();
  }
}
