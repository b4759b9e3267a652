package io.streamdistill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.benchmarks.measure.Sample;
import io.streamdistill.benchmarks.section.NotMeasured;
import io.streamdistill.benchmarks.section.Run;
import io.streamdistill.benchmarks.section.Section;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class BenchCommandTest {

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<Path> temps = new ArrayList<>();

  @FunctionalInterface
  private interface Body {
    void run(Run run) throws Exception;
  }

  private Section section(String name, Body body) {
    return new Section() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public void run(Run run) throws Exception {
        temps.add(run.temp());
        body.run(run);
      }
    };
  }

  private int bench(List<Section> sections, String... args) {
    CommandLine line = Bench.commandLine(folder, sections);
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(args);
  }

  @Test
  void aSectionThatFailsDoesNotLoseTheFiguresOfTheOthers() throws Exception {
    Path json = folder.resolve("b.json");
    List<Section> sections =
        List.of(
            section("a", run -> run.report().ratio("teacher.cpu", new Sample(1.1))),
            section(
                "b",
                run -> {
                  throw new IllegalStateException("out of luck");
                }),
            section("c", run -> run.report().ratio("pipeline.cpu", new Sample(1.2))));

    int exitCode = bench(sections, "--json", json.toString());

    assertThat(exitCode).isEqualTo(1);
    assertThat(out.toString()).contains("FAILED: b: java.lang.IllegalStateException: out of luck");
    JsonNode file = new ObjectMapper().readTree(Files.readString(json));
    assertThat(file.at("/ratios/teacher.cpu").doubleValue()).isEqualTo(1.1);
    assertThat(file.at("/ratios/pipeline.cpu").doubleValue()).isEqualTo(1.2);
    assertThat(file.at("/failed/b").textValue()).contains("out of luck");
    assertThat(file.at("/seconds/total").isNumber()).isTrue();
    assertThat(temps).isNotEmpty().allSatisfy(temp -> assertThat(temp).doesNotExist());
  }

  @Test
  void aSectionThatCannotRunHereIsNoFailure() {
    Section peer =
        section(
            "peer",
            run -> {
              throw new NotMeasured("built without it");
            });

    assertThat(bench(List.of(peer))).isZero();
    assertThat(out.toString()).contains("not measured: peer: built without it");
  }

  @Test
  void runsWhatIsAskedForOnly() {
    List<String> ran = new ArrayList<>();
    List<Section> sections =
        List.of(
            section("a", run -> ran.add("a")),
            section("b", run -> ran.add("b")),
            section("c", run -> ran.add("c")));

    assertThat(bench(sections, "--only", "c,a")).isZero();
    assertThat(ran).containsExactly("a", "c");
  }

  @Test
  void leavesOutWhatRunsOnRequest() {
    List<String> ran = new ArrayList<>();
    Section onRequest =
        new Section() {
          @Override
          public String name() {
            return "long";
          }

          @Override
          public boolean onRequest() {
            return true;
          }

          @Override
          public void run(Run run) {
            ran.add("long");
          }
        };
    List<Section> sections = List.of(section("a", run -> ran.add("a")), onRequest);

    assertThat(bench(sections)).isZero();
    assertThat(ran).containsExactly("a");
    assertThat(bench(sections, "--only", "long")).isZero();
    assertThat(ran).containsExactly("a", "long");
  }

  @Test
  void namesTheSectionsWhenOneIsUnknown() {
    List<Section> sections = List.of(section("a", run -> {}));

    assertThat(bench(sections, "--only", "z")).isEqualTo(2);
    assertThat(err.toString()).contains("--only z is no section; there are [a]");
    assertThat(bench(sections, "--rounds", "0")).isEqualTo(2);
  }
}
