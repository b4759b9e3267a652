package io.streamdistill.cli.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;

/** Kinds of files that are no text, told by their first bytes. */
enum FileKind {
  ZIP("504b0304", "a ZIP archive or an Excel workbook; unpack it, or save the sheet as CSV"),
  OLD_EXCEL("d0cf11e0", "an old Excel workbook; save the sheet as CSV"),
  PARQUET("50415231", "a Parquet file; write it as CSV (pandas: to_csv) or JSON lines"),
  ARROW("4152524f5731", "an Arrow file; write it as CSV (pandas: to_csv) or JSON lines"),
  HDF5("894844460d0a1a0a", "an HDF5 file; write the table as CSV (pandas: to_csv)"),
  AVRO("4f626a01", "an Avro container; write it as JSON lines (avro-tools tojson)"),
  NUMPY("934e554d5059", "a NumPy array; write it as CSV (numpy.savetxt with delimiter=',')"),
  PICKLE("8004", "a Python pickle; write the table as CSV (pandas: to_csv)"),
  SQLITE("53514c697465", "an SQLite database; export the table as CSV"),
  IDX_IMAGES("00000803", "an IDX file of images; pass it with --images"),
  IDX_LABELS("00000801", "an IDX file of labels; pass it with --labels, beside --images"),
  BZIP2("425a68", "compressed with bzip2; unpack it, or compress it with gzip"),
  XZ("fd377a585a", "compressed with xz; unpack it, or compress it with gzip"),
  ZSTD("28b52ffd", "compressed with zstd; unpack it, or compress it with gzip");

  /** Bytes that are looked at. */
  static final int HEAD = 8;

  private final String magic; // hexadecimal
  private final String remedy;

  FileKind(String magic, String remedy) {
    this.magic = magic;
    this.remedy = remedy;
  }

  /**
   * Checks the first bytes of a file that is to hold text.
   *
   * @throws IOException when they are those of something else; says of what, and what to do
   */
  static void requireText(Path file, byte[] head) throws IOException {
    String start = HexFormat.of().formatHex(head);
    for (FileKind kind : values()) {
      if (start.startsWith(kind.magic)) {
        throw new IOException("%s: is no text, but %s".formatted(file, kind.remedy));
      }
    }
  }
}
