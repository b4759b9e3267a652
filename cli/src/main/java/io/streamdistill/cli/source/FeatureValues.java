package io.streamdistill.cli.source;

import io.streamdistill.cli.source.Row.Fault;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/** Turns values as they stand in a file into features. */
final class FeatureValues {

  /** Different texts of a column that a message shows as its categories. */
  private static final int MOST_SHOWN = 8;

  /** Characters of a text that may be a category. */
  private static final int MOST_CHARS = 40;

  /**
   * Where a value stands.
   *
   * @param what names it in a message
   * @param column its column, as the options name it
   */
  record Place(String what, String column) {}

  private final FeatureEncoder encoder;
  private final NumberText numbers;
  private final Missing missing;
  private final Map<String, Categories> categories;

  FeatureValues(FeatureEncoder encoder, ReadOptions options) {
    this.encoder = encoder;
    this.numbers = options.numbers();
    this.missing = options.missing();
    this.categories = options.categories();
  }

  ByteBuffer allocate() {
    return encoder.allocate();
  }

  /** Features that one value of {@code column} becomes. */
  int width(String column) {
    Categories known = categories.get(column);
    return known == null ? 1 : known.width();
  }

  /**
   * Appends a value.
   *
   * @param seen texts that the column is known to hold, for the complaint
   */
  void put(ByteBuffer features, Place place, String text, Set<String> seen) throws UnfitRow {
    Categories known = categories.get(place.column());
    if (known != null) {
      putCategory(features, place, text, known);
      return;
    }
    OptionalDouble number = numbers.parse(text);
    if (number.isEmpty()) {
      number = NumberText.bool(text);
    }
    if (number.isPresent()) {
      encoder.put(features, place.what(), number.getAsDouble());
    } else if (NumberText.isMissing(text)) {
      putMissing(features, place, "'" + text + "'");
    } else {
      throw notANumber(place, text, seen);
    }
  }

  /** Appends a number; NaN is a value that is missing. */
  void put(ByteBuffer features, Place place, double number) throws UnfitRow {
    Categories known = categories.get(place.column());
    if (known != null) {
      boolean whole = number == Math.rint(number);
      putCategory(
          features,
          place,
          whole ? String.format(Locale.ROOT, "%.0f", number) : Double.toString(number),
          known);
    } else if (Double.isNaN(number)) {
      putMissing(features, place, "NaN");
    } else {
      encoder.put(features, place.what(), number);
    }
  }

  /** Appends what stands in for a value that is missing. */
  void putMissing(ByteBuffer features, Place place, String shown) throws UnfitRow {
    Double substitute = missing.in(place.column());
    if (substitute != null) {
      for (int i = 0; i < width(place.column()); i++) {
        encoder.put(features, place.what(), substitute);
      }
      return;
    }
    String found = "%s is missing (%s)".formatted(place.what(), shown);
    if (missing.skip()) {
      throw UnfitRow.asked(Fault.MISSING_VALUE, found);
    }
    throw new UnfitRow(
        Fault.MISSING_VALUE,
        "%s; say what stands in for it (--missing 0, or --missing %s=0 for this column), or"
                .formatted(found, Excerpt.of(place.column()))
            + " --missing skip to leave such rows out");
  }

  private void putCategory(ByteBuffer features, Place place, String text, Categories known)
      throws UnfitRow {
    int index = known.values().indexOf(text.strip());
    if (index < 0 && NumberText.isMissing(text)) {
      putMissing(features, place, "'" + text + "'");
      return;
    }
    if (index < 0) {
      throw new UnfitRow(
          Fault.BAD_FEATURE,
          "%s is '%s', none of the categories of %s: %s; add it there"
              .formatted(
                  place.what(), Excerpt.of(text), known.option(), Excerpt.of(known.values())));
    }
    if (!known.oneHot()) {
      encoder.put(features, place.what(), index);
      return;
    }
    for (int value = 0; value < known.values().size(); value++) {
      encoder.put(features, place.what(), value == index ? 1 : 0);
    }
  }

  private static UnfitRow notANumber(Place place, String text, Set<String> seen) {
    String hint = NumberText.advice(text);
    // Among numbers it is a slip, no category.
    if (hint.isEmpty() && seen.stream().noneMatch(NumberText::looksLikeNumber)) {
      hint = categoryHint(place, text, seen);
    }
    return new UnfitRow(
        Fault.BAD_FEATURE,
        "%s is '%s', not a number".formatted(place.what(), Excerpt.of(text))
            + (hint.isEmpty() ? "" : "; " + hint));
  }

  private static String categoryHint(Place place, String text, Set<String> seen) {
    Set<String> values = new TreeSet<>(seen);
    values.add(text.strip());
    if (values.size() > MOST_SHOWN || text.length() > MOST_CHARS) {
      return "leave the column out (--columns names those that are features)";
    }
    return "if it is a category, list all its values: --one-hot '%s=%s,...' for a feature each, or"
            .formatted(place.column(), String.join(",", values))
        + " --ordinal for their places";
  }
}
