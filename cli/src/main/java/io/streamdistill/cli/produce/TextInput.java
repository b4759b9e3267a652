package io.streamdistill.cli.produce;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Opens UTF-8 text, plain or with a name that ends in {@code .gz}. */
final class TextInput {

  private static final int BYTE_ORDER_MARK = 0xFEFF;
  private static final int BUFFER_BYTES = 1 << 16;

  private TextInput() {}

  /** Opens {@code file} after its byte order mark, if it has one. */
  static BufferedReader open(Path file) throws IOException {
    InputStream bytes = decompressed(file);
    // A decoder of its own: unlike the charset by name, it reports what is not UTF-8.
    BufferedReader text =
        new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()));
    try {
      text.mark(1);
      if (text.read() != BYTE_ORDER_MARK) {
        text.reset();
      }
      return text;
    } catch (IOException e) {
      text.close();
      throw readFailure(file, 1, e);
    }
  }

  private static InputStream decompressed(Path file) throws IOException {
    try {
      InputStream raw = Files.newInputStream(file);
      if (!file.toString().endsWith(".gz")) {
        return raw;
      }
      try {
        return new GZIPInputStream(raw, BUFFER_BYTES);
      } catch (IOException e) {
        raw.close();
        throw e;
      }
    } catch (ZipException e) {
      throw new IOException(
          "%s: is no valid gzip file (%s); drop .gz from a plain file's name"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /** Says where reading failed, and why. */
  static IOException readFailure(Path file, long line, Exception failure) {
    Throwable cause =
        failure instanceof UncheckedIOException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String problem =
        cause instanceof CharacterCodingException
            ? "is not UTF-8; convert the file"
            : "cannot be read on: " + cause.getMessage();
    return new IOException("%s:%d: %s".formatted(file, line, problem), cause);
  }
}
