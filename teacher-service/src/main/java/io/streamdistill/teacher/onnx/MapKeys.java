package io.streamdistill.teacher.onnx;

import io.streamdistill.records.ClassMap;
import io.streamdistill.teacher.engine.TeacherException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;

/**
 * The keys of a model's maps in the order of the classes: by name where the names are the same,
 * else in ascending order, as scikit-learn has them.
 *
 * @param inOrder (classes)
 * @param byName whether they are the names of the classes
 */
record MapKeys(List<Object> inOrder, boolean byName) {

  /** Orders the keys of a map of the model. */
  static MapKeys of(String model, String output, Collection<?> keys, ClassMap classes) {
    if (keys.size() != classes.count()) {
      throw new TeacherException(
          "%s gave output '%s' with numbers for %d classes, %s, but %d classes are configured; correct the list of classes or the model"
              .formatted(model, output, keys.size(), sorted(keys), classes.count()));
    }
    Map<String, Object> named = new HashMap<>();
    keys.forEach(key -> named.put(key.toString(), key));
    boolean byName = named.keySet().equals(new HashSet<>(classes.names()));
    return new MapKeys(
        byName ? classes.names().stream().map(named::get).toList() : sorted(keys), byName);
  }

  /** Says which key is read as which class. */
  void logOrder(Logger log, String model, ClassMap classes) {
    if (byName) {
      log.info("{}: its classes {} are matched with classes.names by name", model, inOrder);
    } else if (inOrder.get(0) instanceof String
        && !classes.equals(ClassMap.ofCount(inOrder.size()))) {
      log.warn(
          "{}: its classes {} are not those of classes.names, {}; they are read in ascending order."
              + " Use the model's names in classes.names, in any order, to have them matched",
          model,
          inOrder,
          classes.names());
    } else {
      log.info("{}: its classes {} are read as {}", model, inOrder, classes.names());
    }
  }

  private static List<Object> sorted(Collection<?> keys) {
    return keys.stream()
        .<Object>map(key -> key)
        .sorted(
            Comparator.comparing((Object key) -> key instanceof Long number ? number : 0L)
                .thenComparing(Object::toString))
        .toList();
  }

  /** Writes the numbers of a map, from {@code start} on; NaN where it has none. */
  void copy(Map<?, ?> numbers, double[] out, int start) {
    for (int c = 0; c < inOrder.size(); c++) {
      out[start + c] =
          numbers.get(inOrder.get(c)) instanceof Number number ? number.doubleValue() : Double.NaN;
    }
  }
}
