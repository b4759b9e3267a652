package io.streamdistill.cli.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.streamdistill.cli.source.Row.Fault;
import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The JSON objects of a file: one a line, or the elements of one array. */
interface JsonObjects extends Closeable {

  /**
   * What was found.
   *
   * @param line of the file, from 1
   * @param json null if {@code unfit} says why it cannot be used
   */
  record Found(long line, @Nullable JsonNode json, @Nullable UnfitRow unfit) {}

  /** Characters that are looked through for the beginning. */
  int LOOK_AHEAD = 1 << 15;

  /** Returns the next, blank lines passed over, or null after the last. */
  @Nullable Found next() throws IOException;

  /** Opens {@code file}; an array is told by its first characters. */
  static JsonObjects open(Path file, Charset charset, int maxLength) throws IOException {
    Reader text = TextInput.open(file, charset);
    try {
      return startsArray(file, text)
          ? Elements.open(file, text, maxLength)
          : new Lines(TextLines.of(file, text, charset, maxLength));
    } catch (IOException | RuntimeException e) {
      text.close();
      throw e;
    }
  }

  /**
   * Whether the file is an array of objects: nothing else begins with '[' and then '{' or its end.
   * The text stands at its beginning again; a pipe cannot be opened twice.
   */
  private static boolean startsArray(Path file, Reader text) throws IOException {
    try {
      text.mark(LOOK_AHEAD);
      StringBuilder begin = new StringBuilder();
      for (int read = 0; read < LOOK_AHEAD - 1 && begin.length() < 2; read++) {
        int c = text.read();
        if (c < 0) {
          break;
        }
        if (!Character.isWhitespace(c)) {
          begin.append((char) c);
        }
      }
      text.reset();
      return begin.toString().matches("\\[[{\\]]");
    } catch (IOException e) {
      throw TextInput.readFailure(file, 1, e);
    }
  }

  /** One object a line. */
  final class Lines implements JsonObjects {

    private final TextLines lines;

    Lines(TextLines lines) {
      this.lines = lines;
    }

    @Override
    public @Nullable Found next() throws IOException {
      TextLines.Line line = lines.next();
      while (line != null && line.unfit() == null && line.text().isBlank()) {
        line = lines.next();
      }
      if (line == null) {
        return null;
      }
      try {
        if (line.unfit() != null) {
          throw line.unfit();
        }
        return new Found(line.number(), JsonText.object(line.text()), null);
      } catch (UnfitRow e) {
        return new Found(line.number(), null, e);
      }
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }

  /** The elements of an array, read one by one. */
  final class Elements implements JsonObjects {

    /** What follows an element is the next one. */
    private static final ObjectReader ELEMENT =
        JsonText.MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Path file;
    private final Metered text;
    private final JsonParser parser;
    private boolean ended;

    private Elements(Path file, Metered text, JsonParser parser) {
      this.file = file;
      this.text = text;
      this.parser = parser;
    }

    static Elements open(Path file, Reader reader, int maxLength) throws IOException {
      Metered text = new Metered(reader, maxLength);
      JsonParser parser = JsonText.MAPPER.createParser(text);
      parser.nextToken(); // the array's beginning
      return new Elements(file, text, parser);
    }

    @Override
    public @Nullable Found next() throws IOException {
      if (ended) {
        return null;
      }
      try {
        text.restart();
        JsonToken token = parser.nextToken();
        long line = parser.currentTokenLocation().getLineNr();
        if (token == JsonToken.END_ARRAY) {
          ended = true;
          if (parser.nextToken() != null) {
            throw broken(null);
          }
          return null;
        }
        JsonNode json = ELEMENT.readTree(parser);
        return found(line, json);
      } catch (JsonProcessingException e) {
        throw broken(e);
      } catch (Metered.OverrunException e) {
        throw new IOException(
            "%s:%d: an object of the array %s; write one object per line, of which such a one can be skipped"
                .formatted(file, parser.currentLocation().getLineNr(), e.getMessage()),
            e);
      } catch (IOException e) {
        throw TextInput.readFailure(file, parser.currentLocation().getLineNr(), e);
      }
    }

    private static Found found(long line, JsonNode json) {
      if (!json.isObject()) {
        String problem = "the array's element is %s, not an object".formatted(JsonText.kind(json));
        return new Found(line, null, new UnfitRow(Fault.BAD_JSON, problem));
      }
      if (json.toString().indexOf(TextInput.UNDECODABLE) >= 0) {
        String problem = "the object holds a byte that is no text; say --encoding, or convert it";
        return new Found(line, null, new UnfitRow(Fault.BAD_ENCODING, problem));
      }
      return new Found(line, json, null);
    }

    /** Where an array is broken, nothing says where its next element begins. */
    private IOException broken(@Nullable JsonProcessingException e) {
      return new IOException(
          "%s:%d: %s; mend the file, or write one object per line, of which a broken one can be skipped"
              .formatted(file, parser.currentLocation().getLineNr(), problem(e)),
          e);
    }

    private static String problem(@Nullable JsonProcessingException e) {
      String known = e == null ? "" : JsonText.duplicate(e) + JsonText.limit(e);
      return known.isEmpty() ? "the array of objects is no valid JSON here" : "an object " + known;
    }

    @Override
    public void close() throws IOException {
      parser.close();
    }
  }
}
