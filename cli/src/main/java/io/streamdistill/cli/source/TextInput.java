package io.streamdistill.cli.source;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Opens a file of text. Gzip is told by its content, not by the file's name; a byte order mark is
 * passed over, and that of UTF-16 is obeyed.
 */
final class TextInput {

  /** Stands where bytes are no text in the file's encoding; a code point that no text has. */
  static final char UNDECODABLE = '\uFDD0';

  private static final char BYTE_ORDER_MARK = '\uFEFF';
  private static final int BUFFER = 1 << 16;
  private static final byte[] GZIP = {0x1F, (byte) 0x8B};

  private TextInput() {}

  /**
   * Opens {@code file}.
   *
   * @throws IOException when it is not there, or is no text; the message says what to do
   */
  static Reader open(Path file, Charset charset) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": is a directory; name the file in it");
    }
    InputStream raw = new BufferedInputStream(newInputStream(file), BUFFER);
    try {
      InputStream bytes = decompressed(raw);
      byte[] head = head(bytes);
      FileKind.requireText(file, head);
      return reader(bytes, encoding(head, charset));
    } catch (ZipException | EOFException e) {
      raw.close();
      throw readFailure(file, 1, e);
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }

  /** Not by a channel, which asks pipes for their position. */
  private static InputStream newInputStream(Path file) throws IOException {
    if (Files.notExists(file)) {
      throw new NoSuchFileException(file.toString()); // whoever asked for the file names the option
    }
    try {
      return new FileInputStream(file.toFile());
    } catch (FileNotFoundException e) {
      throw new IOException("cannot be opened: " + e.getMessage(), e);
    }
  }

  private static InputStream decompressed(InputStream raw) throws IOException {
    byte[] head = head(raw);
    return head.length >= 2 && head[0] == GZIP[0] && head[1] == GZIP[1]
        ? new BufferedInputStream(new GZIPInputStream(raw, BUFFER), BUFFER)
        : raw;
  }

  private static byte[] head(InputStream in) throws IOException {
    in.mark(FileKind.HEAD);
    byte[] head = in.readNBytes(FileKind.HEAD);
    in.reset();
    return head;
  }

  private static Charset encoding(byte[] head, Charset charset) {
    if (head.length >= 2 && head[0] == (byte) 0xFF && head[1] == (byte) 0xFE) {
      return StandardCharsets.UTF_16LE;
    }
    if (head.length >= 2 && head[0] == (byte) 0xFE && head[1] == (byte) 0xFF) {
      return StandardCharsets.UTF_16BE;
    }
    return charset;
  }

  private static Reader reader(InputStream bytes, Charset charset) throws IOException {
    // A bad byte spoils its own line only. Legacy charsets cannot encode the mark that stands for
    // it; they have no need to, since almost every byte is a character of theirs.
    var decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE)
            .replaceWith(String.valueOf(UNDECODABLE));
    Reader text = new BufferedReader(new InputStreamReader(bytes, decoder), BUFFER);
    text.mark(1);
    if (text.read() != BYTE_ORDER_MARK) {
      text.reset();
    }
    return text;
  }

  /** Says where reading failed, and why. */
  static IOException readFailure(Path file, long line, IOException failure) {
    String problem =
        failure instanceof EOFException
            ? "the gzip file ends early; is it a complete copy?"
            : failure instanceof ZipException
                ? "the gzip file is damaged (%s); copy it again".formatted(failure.getMessage())
                : "cannot be read on: " + failure.getMessage();
    return new IOException("%s:%d: %s".formatted(file, line, problem), failure);
  }
}
