package io.streamdistill.benchmarks.measure;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.benchmarks.measure.Alternation.Finding;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AlternationTest {

  private long now;
  private final StringBuilder order = new StringBuilder();
  private double speed = 1;

  private Runnable taking(char name, long nanos) {
    return () -> {
      order.append(name);
      now += (long) (nanos * speed);
      speed *= 1.1; // the machine gets slower all the time
    };
  }

  @Test
  void ratiosHoldWhileTheMachineDrifts() {
    Map<String, Runnable> subjects = new LinkedHashMap<>();
    subjects.put("a", taking('a', 2_000_000));
    subjects.put("b", taking('b', 3_000_000));

    Map<String, Finding> findings =
        new Alternation(1, 3, 1, () -> now).run(taking('.', 1_000_000), subjects);

    assertThat(order).hasToString(".a.b.".repeat(4));
    assertThat(findings.keySet()).containsExactly("a", "b");
    assertThat(requireNonNull(findings.get("a")).ratios().values()).hasSize(3);
    assertThat(requireNonNull(findings.get("a")).ratios().median()).isCloseTo(2, within(0.01));
    assertThat(requireNonNull(findings.get("b")).ratios().median()).isCloseTo(3, within(0.02));
    assertThat(requireNonNull(findings.get("b")).seconds().max()).isGreaterThan(0.006);
  }

  @Test
  void repeatsWhatIsShorterThanASlice() {
    Map<String, Finding> findings =
        new Alternation(0, 1, 10_000_000, () -> now)
            .run(() -> now += 1_000_000, Map.of("a", () -> now += 4_000_000));

    assertThat(requireNonNull(findings.get("a")).seconds().median()).isCloseTo(0.004, within(1e-9));
    assertThat(now).isEqualTo(10_000_000 + 12_000_000 + 10_000_000);
  }
}
