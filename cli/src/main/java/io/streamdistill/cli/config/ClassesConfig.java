package io.streamdistill.cli.config;

import static io.streamdistill.config.Require.require;

import io.streamdistill.records.ClassMap;
import java.util.List;
import java.util.Optional;

/**
 * The section {@code classes:}; exactly one of its keys is set.
 *
 * @param names one name per class, in the order of the teacher's outputs
 * @param count number of classes, when they are named by their indices
 */
public record ClassesConfig(Optional<List<String>> names, Optional<Integer> count) {

  /** Validates. */
  public ClassesConfig {
    require(
        names.isPresent() != count.isPresent(),
        names.isPresent()
            ? "classes.names and classes.count are both set; remove one of them"
            : "classes is missing; set classes.names to a list, or classes.count to a number");
    map(names, count);
  }

  /** The classes, in the order of the teacher's outputs. */
  public ClassMap map() {
    return map(names, count);
  }

  private static ClassMap map(Optional<List<String>> names, Optional<Integer> count) {
    return names.map(ClassMap::new).orElseGet(() -> ClassMap.ofCount(count.orElse(0)));
  }
}
