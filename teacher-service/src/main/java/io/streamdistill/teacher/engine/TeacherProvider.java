package io.streamdistill.teacher.engine;

import io.streamdistill.config.Kind;

/**
 * Makes teachers of one kind: of models in a file, or of a server somewhere else. Implementations
 * are found by {@link java.util.ServiceLoader}, need a public constructor without parameters, and
 * are chosen by the keys of a member: it is of the provider whose {@link #key()} it has.
 *
 * @param <M> the keys of a member: a record that validates itself. Components of type {@code
 *     Optional} may be left out; {@code weight} has a default
 */
public interface TeacherProvider<M extends Record & TeacherMember> extends Kind {

  @Override
  Class<M> settings();

  /**
   * Opens a teacher, and tries it if that is possible: what is wrong with it is to be known before
   * the first record. The caller closes it.
   *
   * @param spec what it is asked for
   * @param opening is told of everything that may take long
   * @throws TeacherException when it cannot be used, and another try would not change that
   * @throws TeacherUnavailableException when it may be there in a moment
   */
  Teacher open(M member, TeacherSpec spec, Opening opening);

  /**
   * Bytes of this machine's memory that a teacher of this member takes at least, before it is
   * opened; 0, the default, when that is not known.
   */
  default long memoryBytes(M member) {
    return 0;
  }
}
