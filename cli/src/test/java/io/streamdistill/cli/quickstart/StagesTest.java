package io.streamdistill.cli.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.cli.evaluate.Evaluation;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class StagesTest {

  private static final String PAGE =
      """
      # TYPE distill_teacher_rejected_total counter
      distill_teacher_rejected_total{reason="empty",service="teacher"} 2.0
      distill_teacher_rejected_total{reason="too-large",service="teacher"} 1.0
      distill_teacher_scored_total{service="teacher"} 41216.0
      distill_student_agreement NaN
      """;

  @Test
  void sumsAMetricOverItsTags() {
    assertThat(MetricsPage.sum(PAGE, "distill_teacher_rejected_total")).isEqualTo(3);
    assertThat(MetricsPage.sum(PAGE, "distill_teacher_scored_total")).isEqualTo(41_216);
    assertThat(MetricsPage.sum(PAGE, "distill_teacher_scored")).isZero();
    assertThat(MetricsPage.sum(PAGE, "distill_student_agreement")).isZero();
  }

  @Test
  void lineSaysHowFarEveryStageIs() {
    Stages before = Stages.start(60_000, 20);
    Stages now = new Stages(60_000, 60_000, 41_216, 3, 120_000, 2, 20, 148);

    assertThat(now.line(before, 2))
        .isEqualTo(
            "produced 60,000/60,000 | scored 41,216 (20,608/s), rejected 3"
                + " | trained 120,000/1,200,000 (60,000/s), pass 3/20 | test errors so far 148");
  }

  @Test
  void resultHasTheKeysThatScriptsRead() throws Exception {
    Evaluation model = new Evaluation(80, 10_000, 1_276_810, 5_100_000, 30, List.of(), List.of());
    QuickstartResult result =
        new QuickstartResult(
            model, model, model, 60_000, 6_000, 60_000, 1_200_000, 99.5, Path.of("pulled"));

    JsonNode json = new ObjectMapper().readTree(result.json());
    for (String key :
        List.of(
            "/teacher/errors",
            "/student/errors",
            "/baseline/errors",
            "/examples/produced",
            "/examples/scored",
            "/examples/trained",
            "/seconds/total")) {
      assertThat(json.at(key).isNumber()).as(key).isTrue();
    }
    assertThat(json.at("/checkpoint/dir").asText()).isEqualTo("pulled");
  }
}
