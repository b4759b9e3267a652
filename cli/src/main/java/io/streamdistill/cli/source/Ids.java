package io.streamdistill.cli.source;

import io.streamdistill.cli.source.Row.Fault;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Which texts may be ids: they are keys of records, and are repeated in everything that follows.
 */
final class Ids {

  /** In UTF-8; a digest or a URL has room, a row that slipped into the id has not. */
  private static final int MOST_BYTES = 8192;

  private Ids() {}

  /**
   * Returns the id.
   *
   * @param what names its place, for the complaint
   */
  static String checked(String what, String id) throws UnfitRow {
    if (id.isBlank()) {
      throw new UnfitRow(Fault.BLANK_ID, "%s is blank; every row needs an id".formatted(what));
    }
    int bytes;
    try { // half a surrogate pair would become '?', and two ids one
      bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(id)).remaining();
    } catch (CharacterCodingException e) {
      throw new UnfitRow(
          Fault.BAD_ID,
          "%s is no text: it holds half a character (a lone surrogate)".formatted(what));
    }
    if (bytes > MOST_BYTES) {
      throw new UnfitRow(
          Fault.BAD_ID,
          String.format(
              Locale.ROOT,
              "%s has %,d bytes, at most %,d are taken: '%s'",
              what,
              bytes,
              MOST_BYTES,
              Excerpt.of(id)));
    }
    return id;
  }
}
