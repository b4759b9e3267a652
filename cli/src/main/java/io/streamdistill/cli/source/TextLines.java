package io.streamdistill.cli.source;

import io.streamdistill.cli.source.Row.Fault;
import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The lines of a text, numbered from 1, each of bounded length. Used by one thread. */
final class TextLines implements Closeable {

  /**
   * A line.
   *
   * @param text without its end; of a line that is too long, its beginning
   * @param end what ended it: LF, CR LF or CR; nothing at the end of the file
   * @param unfit why it cannot be used, or null
   */
  record Line(long number, String text, String end, @Nullable UnfitRow unfit) {}

  /** What is kept of a line that is too long. */
  private static final int BEGINNING = 100;

  private final Path file;
  private final Reader reader;
  private final Charset charset;
  private final int maxLength;
  private final char[] buffer = new char[1 << 14];
  private int position;
  private int limit;
  private long number;

  private TextLines(Path file, Reader reader, Charset charset, int maxLength) {
    this.file = file;
    this.reader = reader;
    this.charset = charset;
    this.maxLength = maxLength;
  }

  /** The lines of {@code reader}, which is at the beginning of {@code file}. */
  static TextLines of(Path file, Reader reader, Charset charset, int maxLength) {
    return new TextLines(file, reader, charset, maxLength);
  }

  /**
   * Opens {@code file}.
   *
   * @param maxLength characters of a line, at most; longer ones are unfit
   */
  static TextLines open(Path file, Charset charset, int maxLength) throws IOException {
    return new TextLines(file, TextInput.open(file, charset), charset, maxLength);
  }

  /** Returns the next line, or null after the last. */
  @Nullable Line next() throws IOException {
    try {
      return read();
    } catch (IOException e) {
      throw TextInput.readFailure(file, number, e);
    }
  }

  private @Nullable Line read() throws IOException {
    number++;
    StringBuilder text = new StringBuilder();
    long length = 0;
    boolean undecodable = false;
    boolean nul = false;
    int c = take();
    if (c < 0) {
      return null;
    }
    for (; c >= 0 && c != '\n' && c != '\r'; c = take()) {
      undecodable |= c == TextInput.UNDECODABLE;
      nul |= c == 0;
      if (length++ < maxLength) {
        text.append((char) c);
      }
    }
    String end = c < 0 ? "" : c == '\n' ? "\n" : "\r";
    if (c == '\r' && peek() == '\n') {
      take();
      end = "\r\n";
    }
    if (length > maxLength) {
      text.setLength(BEGINNING);
      text.trimToSize();
    }
    return new Line(number, text.toString(), end, unfit(length, undecodable, nul));
  }

  private int take() throws IOException {
    int c = peek();
    position++;
    return c;
  }

  private int peek() throws IOException {
    if (position >= limit) {
      position = 0;
      limit = Math.max(0, reader.read(buffer));
    }
    return limit == 0 ? -1 : buffer[position];
  }

  private @Nullable UnfitRow unfit(long length, boolean undecodable, boolean nul) {
    if (length > maxLength) {
      return new UnfitRow(
          Fault.TOO_LONG,
          String.format(
              Locale.ROOT,
              "the line has %,d characters, at most %,d are read; is every row on a line of its own?",
              length,
              maxLength));
    }
    if (undecodable) {
      return new UnfitRow(
          Fault.BAD_ENCODING,
          "holds a byte that is not %s; say the file's encoding (--encoding windows-1252 is that of"
                  .formatted(charset.name())
              + " many exports of Excel), or convert the file");
    }
    if (nul) {
      return new UnfitRow(
          Fault.BAD_ENCODING,
          "holds a zero byte, as no text does; is it UTF-16? Then say --encoding utf-16le");
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
