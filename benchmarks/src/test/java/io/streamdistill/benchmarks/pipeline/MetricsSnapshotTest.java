package io.streamdistill.benchmarks.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class MetricsSnapshotTest {

  private static final String METRIC = "distill_student_latency_seconds";

  private static MetricsSnapshot page(int below1, int below2, int all) {
    return new MetricsSnapshot(
        """
        # TYPE distill_student_latency_seconds histogram
        distill_student_latency_seconds_bucket{service="s",le="1.0"} %d
        distill_student_latency_seconds_bucket{service="s",le="2.0"} %d
        distill_student_latency_seconds_bucket{service="s",le="+Inf"} %d
        distill_student_latency_seconds_count{service="s"} %d
        scored_total{a="1"} 5.0
        scored_total{a="2"} 7.0
        scored_total_other 100.0
        """
            .formatted(below1, below2, all, all));
  }

  @Test
  void sumsOverTags() {
    assertThat(page(0, 0, 0).sum("scored_total")).isEqualTo(12);
    assertThat(page(0, 0, 0).sum("scored_total", "a=\"2\"")).isEqualTo(7);
    assertThat(page(0, 0, 0).sum("nothing")).isZero();
  }

  @Test
  void quantilesAreOfWhatCameSince() {
    MetricsSnapshot before = page(100, 100, 100);
    MetricsSnapshot after = page(110, 120, 120);

    assertThat(after.quantileSince(before, METRIC, 0.5)).isCloseTo(1, within(1e-9));
    assertThat(after.quantileSince(before, METRIC, 0.75)).isCloseTo(1.5, within(1e-9));
    assertThat(before.quantileSince(before, METRIC, 0.5)).isNaN();
  }

  @Test
  void aQuantileBeyondTheLastBoundIsThatBound() {
    assertThat(page(0, 0, 10).quantileSince(page(0, 0, 0), METRIC, 0.99)).isEqualTo(2);
  }
}
