package io.streamdistill.cli.evaluate;

import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;

/** The examples that classifiers are measured on. */
interface Cases {

  /** Hands over every one, in order. */
  void forEach(Consumer<Case> sink) throws IOException;

  /** What was left out while they were read, by reason. */
  Map<String, Long> leftOut();

  /** Where they come from, for a reader. */
  String source();

  /** Versions of the teacher of their soft targets, and how many each gave; empty without them. */
  Map<String, Long> teacherVersions();
}
