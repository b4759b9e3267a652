package io.streamdistill.teacher.engine;

import io.streamdistill.config.Kind;
import io.streamdistill.config.Providers;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/** The kinds of teachers on the class path. */
@SuppressWarnings("rawtypes") // a class has no type argument
public final class TeacherProviders implements Supplier<Providers<TeacherProvider>> {

  /** Those of the class path. */
  public TeacherProviders() {}

  /**
   * All of them, by their keys.
   *
   * @throws io.streamdistill.config.ConfigException when one cannot be loaded
   */
  @Override
  public Providers<TeacherProvider> get() {
    return Providers.of(
        TeacherProvider.class, ServiceLoader.load(TeacherProvider.class), Kind::key);
  }

  /**
   * Opens the teacher of a member.
   *
   * @throws TeacherException when it cannot be used
   * @throws TeacherUnavailableException when it may be there in a moment
   */
  public static Teacher open(TeacherMember member, TeacherSpec spec, Opening opening) {
    Teacher teacher = opened(of(member), member, spec, opening);
    try {
      requireFit(teacher.facts(), spec, of(member).name());
      return teacher;
    } catch (RuntimeException e) {
      teacher.close();
      throw e;
    }
  }

  /** Bytes of memory that its teacher takes at least; 0 when that is not known. */
  public static long memoryBytes(TeacherMember member) {
    return memoryBytes(of(member), member);
  }

  private static TeacherProvider<?> of(TeacherMember member) {
    for (TeacherProvider<?> provider : new TeacherProviders().get().all()) {
      if (provider.settings().isInstance(member)) {
        return provider;
      }
    }
    throw new IllegalStateException("bug: no provider has read " + member.getClass());
  }

  private static <M extends Record & TeacherMember> Teacher opened(
      TeacherProvider<M> provider, TeacherMember member, TeacherSpec spec, Opening opening) {
    return provider.open(provider.settings().cast(member), spec, opening);
  }

  private static <M extends Record & TeacherMember> long memoryBytes(
      TeacherProvider<M> provider, TeacherMember member) {
    return provider.memoryBytes(provider.settings().cast(member));
  }

  private static void requireFit(TeacherFacts facts, TeacherSpec spec, String provider) {
    int features = spec.task().features().length();
    int classes = spec.task().classes().count();
    if (facts.features() != features || facts.classes() != classes) {
      throw new TeacherException(
          "a teacher of the kind %s takes %d features and has %d classes, configured are %d and %d; correct features and classes, or the member"
              .formatted(provider, facts.features(), facts.classes(), features, classes));
    }
  }
}
