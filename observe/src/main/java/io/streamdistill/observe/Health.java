package io.streamdistill.observe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * The checks of a service. Liveness: restart the process when one fails. Readiness: send it no work
 * until all pass. Checks are called on every request, possibly by several threads at once; they
 * must answer from memory.
 */
public final class Health {

  private record Check(String name, Supplier<Optional<String>> problem) {}

  private final List<Check> liveness = new CopyOnWriteArrayList<>();
  private final List<Check> readiness = new CopyOnWriteArrayList<>();

  /**
   * Adds a liveness check.
   *
   * @param problem empty when all is well, else what is wrong in one line
   */
  public Health liveness(String name, Supplier<Optional<String>> problem) {
    liveness.add(new Check(name, problem));
    return this;
  }

  /**
   * Adds a readiness check.
   *
   * @param problem empty when all is well, else what is wrong in one line
   */
  public Health readiness(String name, Supplier<Optional<String>> problem) {
    readiness.add(new Check(name, problem));
    return this;
  }

  /** Returns the failing liveness checks, name to problem, in the order they were added. */
  public Map<String, String> livenessProblems() {
    return problems(liveness);
  }

  /** Returns the failing readiness checks, name to problem, in the order they were added. */
  public Map<String, String> readinessProblems() {
    return problems(readiness);
  }

  private static Map<String, String> problems(List<Check> checks) {
    Map<String, String> problems = new LinkedHashMap<>();
    for (Check check : checks) {
      problemOf(check).ifPresent(problem -> problems.put(check.name(), problem));
    }
    return problems;
  }

  private static Optional<String> problemOf(Check check) {
    try {
      return check.problem().get();
    } catch (RuntimeException e) { // a check that cannot tell has not passed
      return Optional.of("the check itself failed: " + e);
    }
  }
}
