package io.streamdistill.cli.deadletters;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where a dead letter lies, as people write it: {@code PARTITION:OFFSET}.
 *
 * @param partition of the dead-letter topic
 * @param offset in that partition
 */
record Place(int partition, long offset) {

  private static final Pattern FORM = Pattern.compile("(\\d{1,9})[:/-](\\d{1,18})");

  static final Comparator<Place> ORDER =
      Comparator.comparingInt(Place::partition).thenComparingLong(Place::offset);

  /** Reads the form in which {@code list} prints places. */
  static Place parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "must be PARTITION:OFFSET as 'distill dead-letters list' prints it, got '%s'"
              .formatted(text));
    }
    return new Place(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)));
  }

  /** For picocli. */
  static final class Converter implements ITypeConverter<Place> {
    @Override
    public Place convert(String text) {
      return parse(text);
    }
  }

  @Override
  public String toString() {
    return partition + ":" + offset;
  }
}
