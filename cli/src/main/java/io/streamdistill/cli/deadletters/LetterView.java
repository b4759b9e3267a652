package io.streamdistill.cli.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.jspecify.annotations.Nullable;

/**
 * What {@code list} says of a letter. What strangers wrote is cut off, so that its size is bounded.
 *
 * @param at place on the dead-letter topic
 * @param time of the record
 * @param reason label of the reason
 * @param detail what was found and what was expected
 * @param rejectedBy who rejected it
 * @param fromTopic topic that it came from
 * @param fromPartition its partition there
 * @param fromOffset its offset there
 * @param key in UTF-8; null when the record has none
 * @param valueBytes size of its value
 * @param omitted what was left out because the topic does not take it
 * @param replayed whether it was replayed
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record LetterView(
    String at,
    String time,
    String reason,
    String detail,
    String rejectedBy,
    String fromTopic,
    int fromPartition,
    long fromOffset,
    @Nullable String key,
    int valueBytes,
    String omitted,
    boolean replayed) {

  private static final int MAX_CHARS = 2_000;
  private static final JsonMapper JSON = new JsonMapper();

  static LetterView of(Letter letter, boolean replayed) {
    byte[] key = letter.record().key();
    return new LetterView(
        letter.place().toString(),
        letter.time().toString(),
        cut(letter.reason()),
        cut(letter.detail()),
        cut(letter.rejectedBy()),
        cut(letter.fromTopic()),
        letter.fromPartition(),
        letter.fromOffset(),
        key == null ? null : cut(new String(key, UTF_8)),
        letter.valueBytes(),
        cut(letter.omitted()),
        replayed);
  }

  private static String cut(String text) {
    return text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS) + "...";
  }

  static String json(Object view) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(view);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("views are always JSON", e);
    }
  }
}
