package io.streamdistill.student;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/** Records of which one component is another. */
final class Changed {

  private Changed() {}

  /**
   * The same record, with another value of one component.
   *
   * @param path name of the component; in a record within the record, {@code outer.inner}
   */
  static <R extends Record> R with(R original, String path, Object value) {
    int dot = path.indexOf('.');
    String name = dot < 0 ? path : path.substring(0, dot);
    try {
      RecordComponent[] components = original.getClass().getRecordComponents();
      Class<?>[] types = new Class<?>[components.length];
      Object[] values = new Object[components.length];
      boolean found = false;
      for (int i = 0; i < components.length; i++) {
        types[i] = components[i].getType();
        values[i] = components[i].getAccessor().invoke(original);
        if (components[i].getName().equals(name)) {
          values[i] = dot < 0 ? value : with((Record) values[i], path.substring(dot + 1), value);
          found = true;
        }
      }
      if (!found) {
        throw new IllegalArgumentException(
            "%s has no component %s, only %s"
                .formatted(original.getClass(), name, Arrays.toString(components)));
      }
      @SuppressWarnings("unchecked") // the class of the original
      Constructor<R> constructor =
          (Constructor<R>) original.getClass().getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused; // what the record says of its values
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
