package io.streamdistill.cli.produce;

import io.streamdistill.cli.produce.Row.Fault;
import io.streamdistill.core.transfer.ClassMap;
import java.util.HashMap;
import java.util.Map;

/** Reads labels: a class name, or else a class index. A name wins over an index. */
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
      indices.put(classes.names().get(index), index);
    }
  }

  /**
   * Returns the class index that {@code text} means.
   *
   * @param what names the place of the label, for the complaint
   */
  int indexOf(String what, String text) throws UnfitRow {
    Integer index = indices.get(text.strip());
    if (index == null) {
      throw new UnfitRow(
          Fault.UNKNOWN_LABEL,
          "%s is '%s', neither a class name (%s%s) nor an index in [0, %d]"
              .formatted(
                  what,
                  text,
                  String.join(", ", classes.names().subList(0, Math.min(classes.count(), SHOWN))),
                  classes.count() > SHOWN ? ", ..." : "",
                  classes.count() - 1));
    }
    return index;
  }
}
