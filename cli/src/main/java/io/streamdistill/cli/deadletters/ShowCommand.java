package io.streamdistill.cli.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distill dead-letters show}: one letter, with all that can be said of it. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description =
        "Shows one dead letter: reason, origin, headers, key, and its content as far as it decodes.")
final class ShowCommand implements Callable<Integer> {

  private static final int CHARS = 2_000;
  private static final int HEX_BYTES = 64;

  private final Supplier<DeadLetterDesk> desk;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(
      paramLabel = "PARTITION:OFFSET",
      converter = Place.Converter.class,
      description = "where it lies, as list prints it")
  private Place place = new Place(0, 0);

  @Option(names = "--json", description = "as JSON, with the whole value in Base64")
  private boolean json;

  ShowCommand(Supplier<DeadLetterDesk> desk) {
    this.desk = desk;
  }

  @Override
  public Integer call() {
    DeadLetterDesk open = desk.get();
    Letter letter;
    boolean replayed;
    try (LetterLog log = open.open()) {
      letter =
          log.at(place)
              .orElseThrow(
                  () ->
                      new DeadLettersException(
                          "there is no record at %s of topic %s; 'distill dead-letters list' prints those there are"
                              .formatted(place, log.topic()),
                          null));
      TopicPartition partition = new TopicPartition(log.topic(), place.partition());
      Map<TopicPartition, Long> ends = log.ends();
      ends.keySet().retainAll(List.of(partition));
      replayed = log.replayed(ends).contains(place);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(LetterView.json(view(letter, replayed)));
    } else {
      lines(letter, replayed).forEach(out::println);
    }
    out.flush();
    return 0;
  }

  private static List<String> lines(Letter letter, boolean replayed) {
    List<String> lines = new ArrayList<>();
    lines.add("at           " + letter.place() + (replayed ? ", replayed" : ", not replayed"));
    lines.add("time         " + letter.time());
    lines.add("reason       " + TextTable.printable(letter.reason(), CHARS));
    lines.add("detail       " + TextTable.printable(letter.detail(), CHARS));
    lines.add("rejected by  " + TextTable.printable(letter.rejectedBy(), CHARS));
    lines.add("from         " + TextTable.printable(letter.from(), CHARS));
    if (!letter.omitted().isEmpty()) {
      lines.add("left out     " + TextTable.printable(letter.omitted(), CHARS));
    }
    lines.add("key          " + text(letter.record().key()));
    lines.add("headers");
    for (Header header : letter.record().headers()) {
      lines.add("  " + TextTable.printable(header.key(), 200) + ": " + text(header.value()));
    }
    byte[] value = letter.record().value();
    if (value == null) {
      lines.add("value        none");
      return lines;
    }
    lines.add("value        %,d bytes".formatted(value.length));
    lines.add("  first bytes: " + hex(value));
    LetterContent content = LetterContent.of(value);
    content.fields().forEach((name, field) -> lines.add("  " + name + ": " + field));
    if (!content.problem().isEmpty()) {
      lines.add("  " + TextTable.printable(content.problem(), CHARS));
    }
    return lines;
  }

  private static Map<String, Object> view(Letter letter, boolean replayed) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("letter", LetterView.of(letter, replayed));
    List<Map<String, String>> headers = new ArrayList<>();
    letter
        .record()
        .headers()
        .forEach(
            header -> headers.add(Map.of("name", header.key(), "value", text(header.value()))));
    view.put("headers", headers);
    byte[] value = letter.record().value();
    if (value != null) {
      LetterContent content = LetterContent.of(value);
      view.put("content", content.fields());
      view.put("problem", content.problem());
      view.put("value", Base64.getEncoder().encodeToString(value));
    }
    return view;
  }

  private static String hex(byte[] value) {
    int shown = Math.min(value.length, HEX_BYTES);
    return HexFormat.ofDelimiter(" ").formatHex(value, 0, shown)
        + (value.length > shown ? " ..." : "");
  }

  /** As text if it is some, else as hexadecimal digits. */
  private static String text(byte @Nullable [] bytes) {
    if (bytes == null) {
      return "(none)";
    }
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return TextTable.printable(text, CHARS);
    } catch (CharacterCodingException e) {
      return "0x " + hex(bytes);
    }
  }
}
