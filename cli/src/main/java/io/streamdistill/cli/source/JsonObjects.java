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

  /** Returns the next, blank lines passed over, or null after the last. */
  @Nullable Found next() throws IOException;

  /** Opens {@code file}; an array is told by its first character. */
  static JsonObjects open(Path file, Charset charset, int maxLength) throws IOException {
    return startsArray(file, charset)
        ? Elements.open(file, charset)
        : new Lines(TextLines.open(file, charset, maxLength));
  }

  /** Whether the file is an array of objects: nothing else begins with '[' and then '{' or end. */
  private static boolean startsArray(Path file, Charset charset) throws IOException {
    try (Reader text = TextInput.open(file, charset)) {
      return firstOf(file, text) == '[' && "{]".indexOf(firstOf(file, text)) >= 0;
    }
  }

  private static int firstOf(Path file, Reader text) throws IOException {
    try {
      int c = text.read();
      while (Character.isWhitespace(c)) {
        c = text.read();
      }
      return c;
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
    private final JsonParser parser;
    private boolean ended;

    private Elements(Path file, JsonParser parser) {
      this.file = file;
      this.parser = parser;
    }

    static Elements open(Path file, Charset charset) throws IOException {
      JsonParser parser = JsonText.MAPPER.createParser(TextInput.open(file, charset));
      parser.nextToken(); // the array's beginning
      return new Elements(file, parser);
    }

    @Override
    public @Nullable Found next() throws IOException {
      if (ended) {
        return null;
      }
      try {
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
      String duplicate = e == null ? "" : JsonText.duplicate(e);
      return new IOException(
          "%s:%d: %s; mend the file, or write one object per line, of which a broken one can be skipped"
              .formatted(
                  file,
                  parser.currentLocation().getLineNr(),
                  duplicate.isEmpty()
                      ? "the array of objects is no valid JSON here"
                      : "an object " + duplicate),
          e);
    }

    @Override
    public void close() throws IOException {
      parser.close();
    }
  }
}
