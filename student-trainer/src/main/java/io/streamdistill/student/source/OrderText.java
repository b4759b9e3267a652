package io.streamdistill.student.source;

import io.streamdistill.student.source.ReadingOrder.Added;
import io.streamdistill.student.source.ReadingOrder.Again;
import io.streamdistill.student.source.ReadingOrder.Closed;
import io.streamdistill.student.source.ReadingOrder.Entry;
import io.streamdistill.student.source.ReadingOrder.PassEnded;
import io.streamdistill.student.source.ReadingOrder.Round;
import io.streamdistill.student.source.ReadingOrder.Stretch;
import io.streamdistill.student.source.ReadingOrder.Taken;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Decisions as text, one in a line: {@code stretch 0:120,1:3} (offsets by partition), {@code added
 * 4:0}, {@code taken 64}, {@code again 12}, {@code round}, {@code closed}, {@code pass}.
 */
public final class OrderText {

  private OrderText() {}

  /** Writes decisions, each with a line feed behind it. */
  public static String format(List<Entry> entries) {
    StringBuilder text = new StringBuilder();
    entries.forEach(entry -> text.append(line(entry)).append('\n'));
    return text.toString();
  }

  private static String line(Entry entry) {
    if (entry instanceof Stretch stretch) {
      return "stretch " + Offsets.format(stretch.offsets());
    } else if (entry instanceof Added added) {
      return "added " + added.partition() + ":" + added.start();
    } else if (entry instanceof Taken taken) {
      return "taken " + taken.records();
    } else if (entry instanceof Again again) {
      return "again " + again.records();
    } else if (entry instanceof Round) {
      return "round";
    }
    return entry instanceof Closed ? "closed" : "pass";
  }

  /**
   * Reads what {@link #format} wrote.
   *
   * @throws IllegalArgumentException when a line is something else
   */
  public static List<Entry> parse(List<String> lines) {
    List<Entry> entries = new ArrayList<>();
    for (String line : lines) {
      entries.add(entry(line));
    }
    return entries;
  }

  private static Entry entry(String line) {
    int space = line.indexOf(' ');
    String word = space < 0 ? line : line.substring(0, space);
    String value = line.substring(space + 1);
    return switch (word) {
      case "stretch" -> new Stretch(Offsets.parse(value));
      case "added" -> {
        var added = Offsets.parse(value);
        Map.Entry<Integer, Long> only = added.entrySet().iterator().next();
        yield new Added(only.getKey(), only.getValue());
      }
      case "taken" -> new Taken(Long.parseLong(value));
      case "again" -> new Again(Long.parseLong(value));
      case "round" -> new Round();
      case "closed" -> new Closed();
      case "pass" -> new PassEnded();
      default -> throw new IllegalArgumentException("'" + line + "' is no decision of a reader");
    };
  }
}
