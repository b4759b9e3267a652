package io.streamdistill.engine;

import io.streamdistill.config.ConfigException;
import java.util.Optional;

/**
 * Builds and trains students, in memory of its own. Found by {@link java.util.ServiceLoader};
 * {@link StudentEngines} chooses.
 */
public interface StudentEngine {

  /** The engine as {@code student.engine} names it. */
  String name();

  /** Of the engines that can train a student, {@code auto} takes the one that ranks highest. */
  int rank();

  /**
   * Why it cannot train a student, on this machine or at all, to go on from "student.engine dl4j".
   * Nothing that a student needs is allocated.
   *
   * @return empty when it can
   */
  Optional<String> objection(StudentSpec student);

  /**
   * Makes this process ready for students, before there is any.
   *
   * @param threads that matrix products may use, at least 1
   * @return where they will be trained, and why: a sentence for the log
   * @throws ConfigException when they cannot be trained on this machine
   */
  String prepare(int threads);

  /**
   * Plans a student that a configuration describes.
   *
   * @throws ConfigException when it cannot be built, trained or exported
   */
  StudentPlan plan(StudentSpec student);

  /**
   * Plans a student that a checkpoint describes, of which nothing is believed: no code that it
   * names is run, and no memory is taken for what it claims.
   *
   * @throws RuntimeException when it cannot be built or exported
   */
  StudentPlan planUntrusted(StudentSpec student);
}
