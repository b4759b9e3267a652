package io.streamdistill.cli.source;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Shortens what comes from a file until it fits into a message. */
public final class Excerpt {

  private static final int CHARS = 60;
  private static final int ITEMS = 20;

  private Excerpt() {}

  /** The text, in one line; of a long one its beginning and how long it is. */
  public static String of(String text) {
    String shown = text.length() <= CHARS ? text : text.substring(0, CHARS);
    String line = printable(shown);
    return text.length() <= CHARS
        ? line
        : String.format(Locale.ROOT, "%s... (%,d characters)", line, text.length());
  }

  /** Control characters would end the line, or command the terminal. */
  private static String printable(String text) {
    StringBuilder printable = new StringBuilder();
    text.chars()
        .forEach(
            c -> {
              switch (c) {
                case '\r' -> printable.append("\\r");
                case '\n' -> printable.append("\\n");
                case '\t' -> printable.append('\t');
                default -> {
                  if (Character.isISOControl(c)) {
                    printable.append(String.format(Locale.ROOT, "\\u%04x", c));
                  } else {
                    printable.append((char) c);
                  }
                }
              }
            });
    return printable.toString();
  }

  /** The first items, separated by commas. */
  public static String of(Collection<String> items) {
    List<String> shown = items.stream().limit(ITEMS).map(Excerpt::of).toList();
    return String.join(", ", shown)
        + (items.size() > ITEMS ? ", ... (%d in all)".formatted(items.size()) : "");
  }
}
