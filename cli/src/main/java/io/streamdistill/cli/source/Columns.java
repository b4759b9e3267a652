package io.streamdistill.cli.source;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which columns mean what. A column of a CSV file is named as its header does, or by its number
 * from 1, or from the end by -1; a field of JSON by its name, within objects by names with dots.
 *
 * @param id column of the ids; null when rows have none
 * @param label column of the labels; null when rows have none
 * @param features columns of the features, in the contract's order; empty, the default, means every
 *     other column in the file's order
 */
record Columns(@Nullable String id, @Nullable String label, List<String> features) {

  static final Columns ALL = new Columns(null, null, List.of());

  Columns {
    features = List.copyOf(features);
  }
}
