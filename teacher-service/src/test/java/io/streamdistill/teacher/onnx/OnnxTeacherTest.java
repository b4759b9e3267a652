package io.streamdistill.teacher.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.records.FeatureContract;
import io.streamdistill.teacher.Fixtures;
import io.streamdistill.teacher.engine.LinearTeacherContract;
import io.streamdistill.teacher.engine.Teacher;
import io.streamdistill.teacher.engine.TeacherException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OnnxTeacherTest extends LinearTeacherContract {

  @Override
  protected Teacher open() {
    return open("logits", OutputKind.AUTO);
  }

  private static OnnxTeacher open(String model, OutputKind output) {
    return open(model, output, Fixtures.CONTRACT);
  }

  private static OnnxTeacher open(String model, OutputKind output, FeatureContract contract) {
    return open(Fixtures.model(model), output, contract, BATCH);
  }

  private static OnnxTeacher open(
      Path model, OutputKind output, FeatureContract contract, int batchSize) {
    return OnnxTeacher.open(model, output, contract, Fixtures.CLASSES.count(), batchSize, 2);
  }

  @ParameterizedTest
  @CsvSource({
    "logits, AUTO",
    "logits, LOGITS",
    "probabilities, AUTO",
    "probabilities, PROBABILITIES",
    "both, AUTO",
    "both, LOGITS",
    "both, PROBABILITIES",
    "unnamed-logits, AUTO",
    "unnamed-logits, LOGITS",
    "unnamed-probabilities, AUTO",
    "unnamed-probabilities, PROBABILITIES",
    "bytes, AUTO",
    "image, AUTO",
    "external, AUTO",
    "four-axes, AUTO",
    "label-and-numbers, AUTO",
    "embedding-beside, AUTO",
    "maps, AUTO",
    "probabilities-called-logits, AUTO",
    "logits-called-probabilities, AUTO",
  })
  void readsEveryFormOfTheSameFunction(String model, OutputKind output) {
    List<byte[]> examples = examples(5);
    try (OnnxTeacher teacher = open(model, output)) {
      double[][] scored = score(teacher, batch(examples), 4);

      for (int row = 0; row < examples.size(); row++) {
        assertThat(scored[row]).containsExactly(expected(examples.get(row), 4), within(1e-5));
      }
    }
  }

  @Test
  void givesAnImageModelItsShapeWhetherTheContractIsFlatOrNot() {
    List<byte[]> examples = examples(1);
    try (OnnxTeacher teacher = open("image", OutputKind.AUTO, FeatureContract.u8(1, 2, 2))) {
      assertThat(score(teacher, batch(examples), 1)[0])
          .containsExactly(expected(examples.get(0), 1), within(1e-5));
    }
  }

  /** Its results depend on the number of rows, so that number has to stay the same. */
  @Test
  void fillsUpTheBatchesOfAModelWhoseRowsDependOnTheirCompany() {
    List<byte[]> examples = examples(BATCH);
    try (OnnxTeacher teacher = open("depends-on-rows", OutputKind.AUTO)) {
      double[][] full = score(teacher, batch(examples), 20);
      double[][] partial = score(teacher, batch(examples.subList(0, 3)), 20);

      assertThat(partial).isDeepEqualTo(new double[][] {full[0], full[1], full[2]});
    }
  }

  /** Of 8 rows, of one, and of one that only a run shows. */
  @ParameterizedTest
  @ValueSource(strings = {"fixed-batch", "fixed-one", "burnt-in-one"})
  void cutsBatchesToTheSizeThatAModelInsistsOn(String model) {
    List<byte[]> examples = examples(21);
    try (OnnxTeacher teacher = open(model, OutputKind.AUTO)) {
      double[][] scored = score(teacher, batch(examples), 1);

      for (int row = 0; row < examples.size(); row++) {
        assertThat(scored[row]).containsExactly(expected(examples.get(row), 1), within(1e-5));
      }
      assertThat(score(teacher, batch(examples.subList(5, 6)), 1)[0]).isEqualTo(scored[5]);
    }
  }

  @Test
  void refusesLogitsThatAreSaidToBeProbabilities() {
    try (OnnxTeacher teacher = open("unnamed-logits", OutputKind.PROBABILITIES)) {
      assertThatThrownBy(() -> score(teacher, batch(examples(32)), 20))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining("set the member's output to logits");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "four-classes            | (N, 3)",
        "four-classes-undeclared | [64, 4] for 64 rows and 3 classes",
        "sigmoid                 | 3 classes need one of shape (N, 3)",
        "two-inputs              | inputs: {x: 0..3, y: constant 0.0}",
        "two-unnamed             | set the member's output-name to the one to read, one of [y, v]",
        "label-only              | and not only a label",
        "text                    | is STRING; export the model with an input of numbers",
        "always-nan              | set the member's output to logits or probabilities",
        "missing                 | is not a file; correct teacher.members",
      })
  void saysWhyAModelDoesNotFit(String model, String reason) {
    assertThatThrownBy(() -> open(model, OutputKind.AUTO))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining(model + ".onnx")
        .hasMessageContaining(reason);
  }

  @Test
  void saysWhenFeaturesAndInputDisagree() {
    assertThatThrownBy(() -> open("logits", OutputKind.AUTO, FeatureContract.u8(5)))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining("shape [4]")
        .hasMessageContaining("features.shape is [5]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not a model", "\b\b"})
  void refusesWhatIsNoModel(String content, @TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("broken.onnx"), content);

    assertThatThrownBy(() -> open(file, OutputKind.AUTO, Fixtures.CONTRACT, BATCH))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining("broken.onnx");
  }
}
