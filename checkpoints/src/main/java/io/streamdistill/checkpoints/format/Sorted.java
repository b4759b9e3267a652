package io.streamdistill.checkpoints.format;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Immutable maps in the order of their keys, so that equal manifests are equal bytes. */
final class Sorted {

  private Sorted() {}

  static <K extends Comparable<K>, V> Map<K, V> copyOf(Map<K, V> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(Map.copyOf(map)));
  }
}
