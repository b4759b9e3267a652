package io.streamdistill.experiments.product;

import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.experiments.defaults.Product;
import java.nio.file.Path;
import java.util.Map;

/** The product as the commands of this process run it. */
public final class CommandProduct implements Product {

  @Override
  public Commands configured(Path file, Map<String, String> settings) {
    return new TaskCommands(ConfigOptions.of(file, settings));
  }
}
