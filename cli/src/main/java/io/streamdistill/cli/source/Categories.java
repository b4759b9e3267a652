package io.streamdistill.cli.source;

import static io.streamdistill.config.Require.require;

import java.util.HashSet;
import java.util.List;

/**
 * How a column of categories becomes numbers.
 *
 * @param values the categories, in order
 * @param oneHot whether each value is a feature of its own, 1 where the column has it and 0
 *     elsewhere; else the column is one feature, the value's place from 0
 */
record Categories(List<String> values, boolean oneHot) {

  Categories {
    values = values.stream().map(String::strip).toList();
    require(
        new HashSet<>(values).size() == values.size(),
        "the categories %s hold one twice; name each once",
        values);
  }

  /** Features that the column becomes. */
  int width() {
    return oneHot ? values.size() : 1;
  }

  String option() {
    return oneHot ? "--one-hot" : "--ordinal";
  }
}
