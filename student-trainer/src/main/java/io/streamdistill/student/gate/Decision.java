package io.streamdistill.student.gate;

import io.streamdistill.checkpoints.format.GateCheck;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What the gate found.
 *
 * @param checks everything that was looked at
 */
record Decision(List<GateCheck> checks) {

  Decision {
    checks = List.copyOf(checks);
  }

  boolean passed() {
    return checks.stream().allMatch(GateCheck::passed);
  }

  /** What failed, in words, or that nothing did. */
  String reason() {
    String failed =
        checks.stream()
            .filter(check -> !check.passed())
            .map(check -> check.name() + ": " + check.detail())
            .collect(Collectors.joining("; "));
    return failed.isEmpty() ? "all %d checks passed".formatted(checks.size()) : failed;
  }
}
