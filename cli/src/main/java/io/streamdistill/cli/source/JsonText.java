package io.streamdistill.cli.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.streamdistill.cli.source.Row.Fault;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses JSON, and says in words of this command where it is none. */
final class JsonText {

  /** NaN and Infinity are read, as Python writes them; a field that comes twice is an error. */
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private static final Pattern DUPLICATE = Pattern.compile("Duplicate field '(.*)'");
  private static final Pattern LIMIT_SOURCE = Pattern.compile(", from `[^`]*`");
  private static final int AROUND = 20;

  private JsonText() {}

  /** Parses one object, all of {@code text}. */
  static JsonNode object(String text) throws UnfitRow {
    JsonNode json;
    try {
      json = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UnfitRow(Fault.BAD_JSON, problem(text, e));
    }
    if (!json.isObject()) {
      throw new UnfitRow(
          Fault.BAD_JSON,
          "is %s, not a JSON object; write one {...} per line".formatted(kind(json)));
    }
    return json;
  }

  static String kind(JsonNode json) {
    return switch (json.getNodeType()) {
      case ARRAY -> "an array";
      case STRING -> "a text";
      case NUMBER -> "a number";
      case BOOLEAN -> "a boolean";
      case OBJECT -> "an object";
      default -> "null";
    };
  }

  private static String problem(String text, JsonProcessingException e) {
    String duplicate = duplicate(e);
    if (!duplicate.isEmpty()) {
      return duplicate;
    }
    String limit = limit(e);
    if (!limit.isEmpty()) {
      return limit;
    }
    if (!text.stripLeading().startsWith("{")) {
      return "is no JSON object: '%s'; write one {...} per line (separated values are read with --csv)"
          .formatted(Excerpt.of(text.strip()));
    }
    if (e instanceof JsonEOFException) {
      return "is no valid JSON: the line ends within '%s'; write each object on one line (jq -c . does)"
          .formatted(Excerpt.of(text));
    }
    int column = e.getLocation() == null ? 1 : e.getLocation().getColumnNr();
    int at = Math.max(0, Math.min(column - 1, text.length()));
    String near =
        text.substring(Math.max(0, at - AROUND), Math.min(text.length(), at + AROUND)).strip();
    return "is no valid JSON at column %d, in '%s'".formatted(column, near);
  }

  /** Says which limit of the parser is crossed; empty when it is something else that is wrong. */
  static String limit(JsonProcessingException e) {
    return e instanceof StreamConstraintsException
        ? "is JSON beyond what is read: "
            + LIMIT_SOURCE.matcher(String.valueOf(e.getOriginalMessage())).replaceAll("")
        : "";
  }

  /** Says which field comes twice; empty when it is something else that is wrong. */
  static String duplicate(JsonProcessingException e) {
    Matcher duplicate = DUPLICATE.matcher(String.valueOf(e.getOriginalMessage()));
    return duplicate.matches()
        ? "has the field '%s' twice; leave one out".formatted(Excerpt.of(duplicate.group(1)))
        : "";
  }
}
