package io.streamdistill.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.benchmarks.measure.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReportTest {

  private final Report report =
      new Report(new Machine("a cpu", 2, 8L << 30, "Linux 6", "a jvm", 2, "1", 0.1, "abc"));

  private JsonNode json() throws Exception {
    return new ObjectMapper().readTree(report.json());
  }

  @Test
  void everyPromisedRatioIsAKeyWhetherItWasMeasuredOrNot() throws Exception {
    report.ratio("student.sgd.512", new Sample(1.2, 1.0, 1.1));
    report.ratio("fit.sgd.512", new Sample(2));

    JsonNode ratios = json().get("ratios");
    List<String> keys = new ArrayList<>();
    ratios.fieldNames().forEachRemaining(keys::add);

    assertThat(keys)
        .containsExactly(
            "student.sgd.512",
            "student.nesterov.512",
            "student.adam.512",
            "student.sgd.128",
            "student.adam.128",
            "peer.sgd.512",
            "peer.adam.512",
            "topic.vs.memory",
            "teacher.cpu",
            "pipeline.cpu",
            "second.student.teacher.calls",
            "checkpoint.stall",
            "follow.p99.vs.budget",
            "rss.slope.per.million",
            "latency.p99.vs.budget",
            "fit.sgd.512");
    assertThat(ratios.get("student.sgd.512").doubleValue()).isEqualTo(1.1);
    assertThat(ratios.get("teacher.cpu").isNull()).isTrue();
  }

  @Test
  void jsonHoldsMachineTargetsRoundsAndRawFigures() throws Exception {
    report.ratio("topic.vs.memory", new Sample(0.9, 0.94));
    Report.figure(report.section("pipeline"), "seconds", new Sample(3, 1));
    report.failed("teacher", "no model");
    report.took("total", 12.5);

    JsonNode json = json();

    assertThat(json.at("/machine/cpu").textValue()).isEqualTo("a cpu");
    assertThat(json.at("/machine/cores").intValue()).isEqualTo(2);
    assertThat(json.at("/machine/omp_num_threads").textValue()).isEqualTo("1");
    assertThat(json.at("/targets/topic.vs.memory/at_least").doubleValue()).isEqualTo(0.95);
    assertThat(json.at("/targets/topic.vs.memory/met").booleanValue()).isFalse();
    assertThat(json.at("/targets/teacher.cpu").has("met")).isFalse();
    assertThat(json.at("/ratio_rounds/topic.vs.memory")).hasSize(2);
    assertThat(json.at("/sections/pipeline/seconds/median").doubleValue()).isEqualTo(2);
    assertThat(json.at("/failed/teacher").textValue()).isEqualTo("no model");
    assertThat(json.at("/seconds/total").doubleValue()).isEqualTo(12.5);
    assertThat(report.hasFailures()).isTrue();
  }

  @Test
  void theTableSaysWhatIsMetAndWhatIsMissing() {
    report.ratio("student.sgd.512", new Sample(1.05));
    report.ratio("teacher.cpu", new Sample(1.3, 1.5));
    report.ratio("checkpoint.stall", new Sample(0.0042));
    report.ratio("fit.sgd.512", new Sample(1.9));
    report.notMeasured("peer", "built without it");
    report.failed("growth", "broker ended");

    assertThat(RatioTable.of(report))
        .containsPattern("student.sgd.512 +1.050 +1.050 .. 1.050 +<= 1.06 yes ")
        .containsPattern("teacher.cpu +1.400 +1.300 .. 1.500 +<= 1.25 NO ")
        .containsPattern("checkpoint.stall +0.0042 ")
        .containsPattern("student.adam.512 +- ")
        .containsPattern("fit.sgd.512 +1.900 ")
        .contains("not measured: peer: built without it", "FAILED: growth: broker ended");
  }

  @Test
  void describesThisMachine() {
    Machine machine = Machine.look(Path.of("").toAbsolutePath(), 2);

    assertThat(machine.cores()).isPositive();
    assertThat(machine.memoryBytes()).isGreaterThan(1 << 20);
    assertThat(machine.jvm()).isNotBlank();
  }
}
