package io.streamdistill.experiments.defaults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import io.streamdistill.experiments.defaults.Product.DataFile;
import io.streamdistill.experiments.defaults.Product.Setting;
import io.streamdistill.experiments.lab.Results;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TaskMatrixTest {

  @TempDir private Path folder;

  private final StringWriter console = new StringWriter();
  private final List<Path> asked = new ArrayList<>();
  private Results results;

  @BeforeEach
  void open() throws Exception {
    results = Results.open(folder.resolve("results.json"), Map.of(), Cell.AGREEMENT);
  }

  private static ForeignTask task(String name) {
    DataFile rows = new DataFile(Path.of(name + ".csv.gz"), null);
    return new ForeignTask(
        name, name, 0, 10, Path.of(name + ".yaml"), rows, rows, Path.of(name + "-teacher.csv.gz"));
  }

  private TaskMatrix matrix(Product product, Map<String, Reference> references) {
    return new TaskMatrix(
        product,
        references,
        results,
        new TaskMatrix.Conditions("nowhere:1", Map.of(), folder, Duration.ofSeconds(1)),
        new PrintWriter(console));
  }

  @Test
  void aTaskThatFailsIsReportedAndTheNextOneBegun() throws Exception {
    Reference reference = new Reference(0.9, 0.01, 1000);
    Product broken =
        (file, settings) -> {
          asked.add(file);
          throw new ConfigException(file + " is broken");
        };

    matrix(broken, Map.of("a", reference, "b", reference))
        .run(List.of(task("a"), task("b")), 2, false);

    assertThat(asked).containsExactly(Path.of("a.yaml"), Path.of("b.yaml"));
    assertThat(results.runs()).hasSize(4);
    assertThat(Cells.of(results.runs()).values())
        .allSatisfy(cell -> assertThat(cell.failed()).isEqualTo(2))
        .noneMatch(Cell::met);
    assertThat(console.toString()).contains("configuration: b.yaml is broken");
  }

  @Test
  void nothingIsBegunWithoutAReferenceOfEveryTask() {
    TaskMatrix matrix =
        matrix(
            (file, settings) -> {
              throw new AssertionError(file + " was begun");
            },
            Map.of("a", new Reference(0.9, 0.01, 1000)));

    assertThatThrownBy(() -> matrix.run(List.of(task("a"), task("b")), 1, false))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no reference of task 'b'");
  }

  @Test
  void onlyWhatDescribesATaskMayBeSetByIt() {
    List<Setting> settings =
        List.of(
            new Setting("features.type", "f32", "task.yaml:2"),
            new Setting("student.network.hidden", "[32]", "task.yaml:9"),
            new Setting("student.log.passes", "10", "task.yaml:10"),
            new Setting("student.optimizer.type", "adam", "default"),
            new Setting("student.learning-rate.base", "0.003", "task.yaml:12"));

    assertThat(Configured.extras(settings)).containsExactly("student.learning-rate.base");
  }
}
