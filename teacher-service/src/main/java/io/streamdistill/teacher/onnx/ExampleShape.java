package io.streamdistill.teacher.onnx;

import io.streamdistill.records.FeatureContract;
import io.streamdistill.teacher.engine.TeacherException;
import java.util.ArrayList;
import java.util.List;

/** Finds the shape in which a model takes the features of one example. */
final class ExampleShape {

  static final long ANY = -1;

  private ExampleShape() {}

  /**
   * The shape for all the features.
   *
   * @param where model and input, for messages
   * @param declared what the model says after the batch dimension, -1 for any; empty when it says
   *     nothing at all
   * @throws TeacherException when the features do not fit, or only in another order of the axes
   */
  static List<Long> ofAll(
      String where, List<Long> declared, FeatureContract contract, boolean rankKnown) {
    List<Long> wanted = contract.shape().stream().map(Integer::longValue).toList();
    if (!rankKnown || matches(declared, wanted)) {
      return wanted;
    }
    List<Long> found = completed(declared, contract.length());
    if (elements(found) != contract.length()) {
      throw new TeacherException(
          "%s has shape %s after the batch dimension, features.shape is %s; %s"
              .formatted(where, text(declared), wanted, remedy(declared, wanted)));
    }
    if (isPermutation(found, wanted)) {
      throw new TeacherException(
          "%s has shape %s after the batch dimension, features.shape is %s: the same numbers in another order of the axes, in which every example would be read wrongly; send features in the order of the model and set features.shape to %s, or export the model for %s. A flat features.shape of [%d] says that they already come in the model's order"
              .formatted(where, text(declared), wanted, found, wanted, contract.length()));
    }
    return found; // the same elements, row-major, under another shape
  }

  /** The shape for a slice of {@code length} features. */
  static List<Long> ofSlice(String where, List<Long> declared, int length, boolean rankKnown) {
    if (!rankKnown) {
      return List.of((long) length);
    }
    List<Long> found = completed(declared, length);
    if (elements(found) != length) {
      throw new TeacherException(
          "%s has shape %s after the batch dimension and gets %d features; correct the member's inputs"
              .formatted(where, text(declared), length));
    }
    return found;
  }

  /** Features that a declared shape takes, or -1 when it leaves that open. */
  static long elements(List<Long> shape) {
    return shape.contains(ANY) ? ANY : shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** A shape as messages have it. */
  static String text(List<Long> shape) {
    return shape.toString().replace("-1", "any");
  }

  private static String remedy(List<Long> declared, List<Long> wanted) {
    long open = declared.stream().filter(size -> size == ANY).count();
    return open > 1 && wanted.size() == 1
        ? "set features.shape to the %d dimensions of an example, in this order"
            .formatted(declared.size())
        : "make them agree";
  }

  /** With the one dimension filled in that was left open. */
  private static List<Long> completed(List<Long> declared, long length) {
    int open = declared.indexOf(ANY);
    if (open < 0 || declared.lastIndexOf(ANY) != open) {
      return declared;
    }
    long known = -declared.stream().reduce(1L, Math::multiplyExact);
    if (known == 0 || length % known != 0) {
      return declared;
    }
    List<Long> completed = new ArrayList<>(declared);
    completed.set(open, length / known);
    return List.copyOf(completed);
  }

  private static boolean matches(List<Long> declared, List<Long> wanted) {
    boolean matches = declared.size() == wanted.size();
    for (int i = 0; matches && i < declared.size(); i++) {
      matches = declared.get(i) == ANY || declared.get(i).equals(wanted.get(i));
    }
    return matches;
  }

  /** Axes of one element may be anywhere: the order of the numbers is the same. */
  private static boolean isPermutation(List<Long> found, List<Long> wanted) {
    List<Long> a = found.stream().filter(size -> size != 1).toList();
    List<Long> b = wanted.stream().filter(size -> size != 1).toList();
    return !a.equals(b) && a.stream().sorted().toList().equals(b.stream().sorted().toList());
  }
}
