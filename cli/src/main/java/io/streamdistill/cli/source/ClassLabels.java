package io.streamdistill.cli.source;

import io.streamdistill.cli.source.Row.Fault;
import io.streamdistill.records.ClassMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Reads labels: a class name, or else a class index, which may be written as a float, since pandas
 * writes integers so where one is missing. A name wins over an index, and over "not available".
 */
final class ClassLabels {

  private static final int SHOWN = 10;

  private final ClassMap classes;
  private final Map<String, Integer> indices = new HashMap<>();

  ClassLabels(ClassMap classes) {
    this.classes = classes;
    for (int index = 0; index < classes.count(); index++) {
      indices.put(Integer.toString(index), index);
    }
    for (int index = 0; index < classes.count(); index++) {
      indices.put(classes.names().get(index).strip(), index);
    }
  }

  /**
   * Returns the class index that {@code text} means, or null if it says that there is no label.
   *
   * @param what names the place of the label, for the complaint
   */
  @Nullable Integer indexOf(String what, String text) throws UnfitRow {
    String name = text.strip();
    Integer index = indices.get(name);
    if (index == null) {
      index = byNumber(name);
    }
    if (index == null && !NumberText.isMissing(name)) {
      throw new UnfitRow(
          Fault.UNKNOWN_LABEL,
          "%s is '%s', neither a class name (%s%s) nor an index in [0, %d]"
              .formatted(
                  what,
                  Excerpt.of(text),
                  String.join(", ", classes.names().subList(0, Math.min(classes.count(), SHOWN))),
                  classes.count() > SHOWN ? ", ..." : "",
                  classes.count() - 1));
    }
    return index;
  }

  private @Nullable Integer byNumber(String name) {
    OptionalDouble number = NumberText.PLAIN.parse(name);
    if (number.isEmpty() && classes.count() == 2) { // a label of two classes is often a boolean
      number = NumberText.bool(name);
    }
    if (number.isEmpty() || number.getAsDouble() != Math.rint(number.getAsDouble())) {
      return null;
    }
    return indices.get(String.format(Locale.ROOT, "%.0f", number.getAsDouble()));
  }
}
