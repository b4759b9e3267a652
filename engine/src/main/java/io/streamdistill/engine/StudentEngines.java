package io.streamdistill.engine;

import io.streamdistill.config.ConfigException;
import io.streamdistill.config.Providers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** The engines on the class path, and which of them trains a student. */
public final class StudentEngines {

  /** Whichever engine suits best. */
  public static final String AUTO = "auto";

  private static final String KEY = "student.engine";

  private final Providers<StudentEngine> engines;

  private StudentEngines(Providers<StudentEngine> engines) {
    this.engines = engines;
  }

  /**
   * Looks for them.
   *
   * @throws ConfigException when one cannot be loaded
   */
  public static StudentEngines find() {
    return of(ServiceLoader.load(StudentEngine.class));
  }

  static StudentEngines of(ServiceLoader<StudentEngine> loader) {
    return new StudentEngines(Providers.of(StudentEngine.class, loader, StudentEngine::name));
  }

  /**
   * The engine for a student.
   *
   * @param name as {@code student.engine} has it: that of an engine, or {@link #AUTO}
   * @throws ConfigException when there is none of that name, or it cannot train the student
   */
  public StudentEngine choose(String name, StudentSpec student) {
    if (name.equals(AUTO) && !engines.all().isEmpty()) {
      return best(student);
    }
    StudentEngine engine = engines.named(KEY, name);
    engine
        .objection(student)
        .ifPresent(
            objection -> {
              throw new ConfigException("%s %s %s".formatted(KEY, name, objection));
            });
    return engine;
  }

  private StudentEngine best(StudentSpec student) {
    List<String> objections = new ArrayList<>();
    List<StudentEngine> ranked =
        engines.all().stream()
            .sorted(Comparator.comparingInt(StudentEngine::rank).reversed())
            .toList();
    for (StudentEngine engine : ranked) {
      Optional<String> objection = engine.objection(student);
      if (objection.isEmpty()) {
        return engines.named(KEY, engine.name()); // refuses one that is there twice
      }
      objections.add("%s %s".formatted(engine.name(), objection.get()));
    }
    throw new ConfigException(
        "no student engine on the class path can train this student: "
            + String.join("; ", objections));
  }
}
