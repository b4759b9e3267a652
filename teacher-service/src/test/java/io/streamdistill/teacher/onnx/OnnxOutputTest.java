package io.streamdistill.teacher.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Task;
import io.streamdistill.teacher.Fixtures;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.LinearTeacherContract;
import io.streamdistill.teacher.engine.Opening;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.engine.TeacherSpec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which output is read, and how. */
final class OnnxOutputTest {

  private static OnnxTeacher open(
      String model, String outputName, OutputKind kind, ClassMap classes, OptionalDouble floor) {
    return OnnxTeacher.open(
        Fixtures.model(model),
        new Reading(kind, outputName, Map.of(), floor),
        new TeacherSpec(new Task(Fixtures.CONTRACT, classes), LinearTeacherContract.BATCH, 1),
        Opening.unminded());
  }

  private static OnnxTeacher open(String model, String outputName, ClassMap classes) {
    return open(model, outputName, OutputKind.AUTO, classes, OptionalDouble.empty());
  }

  private static double[] probabilities(OnnxTeacher teacher, int... features) {
    FeatureBatch batch = new FeatureBatch(Fixtures.CONTRACT, 1);
    ByteBuffer bytes = ByteBuffer.allocate(features.length);
    for (int feature : features) {
      bytes.put((byte) feature);
    }
    batch.add(bytes.flip());
    double[][] out = new double[1][teacher.facts().classes()];
    assertThat(teacher.score(batch, 1, out)).isEmpty();
    return Arrays.stream(out[0]).map(Math::exp).toArray();
  }

  @Test
  void readsTheOutputThatIsNamed() {
    try (OnnxTeacher logits = open("two-unnamed", "y", Fixtures.CLASSES);
        OnnxTeacher probabilities = open("two-unnamed", "v", Fixtures.CLASSES)) {
      assertThat(probabilities(probabilities, 1, 2, 3, 4))
          .containsExactly(probabilities(logits, 1, 2, 3, 4), within(1e-6));
      assertThat(logits.facts().contentHash()).isNotEqualTo(probabilities.facts().contentHash());
    }
  }

  @Test
  void saysThatTheNamedOutputIsNoneToRead() {
    assertThatThrownBy(() -> open("both", "z", Fixtures.CLASSES))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining("no output 'z', but [")
        .hasMessageContaining("probabilities FLOAT[any, 3]");
    assertThatThrownBy(() -> open("label-and-numbers", "label", Fixtures.CLASSES))
        .hasMessageContaining("'label' of another kind")
        .hasMessageContaining("output-name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sigmoid", "one-column"})
  void oneNumberPerRowIsTwoClasses(String model) {
    try (OnnxTeacher teacher = open(model, "", ClassMap.ofCount(2))) {
      double z = 0.5 + 1 - 2 * 51 / 255.0;
      double[] found = probabilities(teacher, 255, 0, 0, 51);

      assertThat(found[1]).isCloseTo(1 / (1 + Math.exp(-z)), within(1e-6));
      assertThat(found[0] + found[1]).isCloseTo(1, within(1e-12));
    }
  }

  @Test
  void ordersMapsByTheNamesOfTheClasses() {
    try (OnnxTeacher plain = open("logits", "", Fixtures.CLASSES);
        OnnxTeacher named = open("named-maps", "", new ClassMap(List.of("c", "a", "b")));
        OnnxTeacher unknown = open("named-maps", "", Fixtures.CLASSES)) {
      double[] bca = probabilities(plain, 10, 20, 30, 40);

      assertThat(probabilities(named, 10, 20, 30, 40))
          .containsExactly(new double[] {bca[1], bca[2], bca[0]}, within(1e-6));
      assertThat(probabilities(unknown, 10, 20, 30, 40))
          .as("in ascending order: a, b, c")
          .containsExactly(new double[] {bca[2], bca[0], bca[1]}, within(1e-6));
    }
  }

  @Test
  void saysThatMapsAreOfOtherClasses() {
    assertThatThrownBy(() -> open("maps", "", ClassMap.ofCount(2)))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining("numbers for 3 classes, [10, 11, 12], but 2 classes are configured");
  }

  @Test
  void aZeroIsHalfOfTheSmallestProbabilityButNoMoreThanTheCap() {
    try (OnnxTeacher teacher = open("zeros", "", Fixtures.CLASSES);
        OnnxTeacher lower =
            open("zeros", "", OutputKind.AUTO, Fixtures.CLASSES, OptionalDouble.of(1e-6))) {
      assertThat(probabilities(teacher, 51, 0, 0, 0))
          .containsExactly(new double[] {0.2 / 1.001, 0.8 / 1.001, 1e-3 / 1.001}, within(1e-7));
      assertThat(probabilities(lower, 51, 0, 0, 0)[2]).isCloseTo(1e-6, within(1e-9));
      assertThat(lower.facts().contentHash()).isNotEqualTo(teacher.facts().contentHash());
    }
  }
}
