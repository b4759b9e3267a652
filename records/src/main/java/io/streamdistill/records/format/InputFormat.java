package io.streamdistill.records.format;

/**
 * The section {@code input:}.
 *
 * @param format name of a {@link TransferFormat}; default {@code distill}, our own records
 */
public record InputFormat(String format) {

  /** Validates. */
  public InputFormat {
    TransferFormats.named(format);
  }

  /** What reads the records. */
  public TransferFormat transferFormat() {
    return TransferFormats.named(format);
  }
}
