package io.streamdistill.records.format;

import io.streamdistill.config.Providers;
import java.util.ServiceLoader;

/** The formats there are. */
public final class TransferFormats {

  /** Our own records, in Avro. */
  public static final String OWN = "distill";

  private TransferFormats() {}

  /**
   * The format of that name.
   *
   * @throws io.streamdistill.config.ConfigException naming those there are, when it is none of them
   */
  public static TransferFormat named(String name) {
    return Providers.of(
            TransferFormat.class, ServiceLoader.load(TransferFormat.class), TransferFormat::name)
        .named("input.format", name);
  }
}
