package io.streamdistill.teacher.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.config.ConfigException;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Task;
import io.streamdistill.teacher.Fixtures;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.LinearTeacherContract;
import io.streamdistill.teacher.engine.Opening;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.engine.TeacherSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How features become the inputs of a model. */
final class OnnxInputsTest {

  private static final int BATCH = 8;
  private static final FeatureContract FLOATS =
      new FeatureContract(FeatureType.F32, List.of(4), 1, 0);

  private static OnnxTeacher open(String model, FeatureContract contract, String... inputs) {
    Map<String, InputSource> sources = new LinkedHashMap<>();
    for (String input : inputs) {
      String[] parts = input.split(": ", 2);
      sources.put(parts[0], InputSource.parse(parts[0], parts[1]));
    }
    return OnnxTeacher.open(
        Fixtures.model(model),
        new Reading(OutputKind.AUTO, "", sources, OptionalDouble.empty()),
        new TeacherSpec(new Task(contract, ClassMap.ofCount(3)), BATCH, 1),
        Opening.unminded());
  }

  private static FeatureBatch batch(FeatureContract contract, List<byte[]> examples) {
    FeatureBatch batch = new FeatureBatch(contract, BATCH);
    examples.forEach(features -> batch.add(ByteBuffer.wrap(features)));
    return batch;
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  private static void assertExpected(OnnxTeacher teacher, double tolerance, List<byte[]> examples) {
    double[][] scored = LinearTeacherContract.score(teacher, batch(Fixtures.CONTRACT, examples), 4);
    for (int row = 0; row < examples.size(); row++) {
      assertThat(scored[row])
          .containsExactly(LinearTeacherContract.expected(examples.get(row), 4), within(tolerance));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "int16, 1e-5",
    "int32, 1e-5",
    "int64, 1e-5",
    "f64, 1e-5",
    "f64-out, 1e-5",
    "f16, 2e-3",
    "columns, 1e-5",
    "any-shape, 1e-5"
  })
  void castsToTheTypeOfTheInput(String model, double tolerance) {
    FeatureContract contract =
        model.equals("any-shape") ? FeatureContract.u8(1, 2, 2) : Fixtures.CONTRACT;
    try (OnnxTeacher teacher = open(model, contract)) {
      assertExpected(teacher, tolerance, LinearTeacherContract.examples(BATCH));
    }
  }

  @Test
  void truthIsWhatIsNotZero() {
    try (OnnxTeacher teacher = open("bool", Fixtures.CONTRACT)) {
      double[][] scored =
          LinearTeacherContract.score(
              teacher, batch(Fixtures.CONTRACT, List.of(new byte[] {0, 7, 0, -1})), 1);

      assertThat(scored[0])
          .containsExactly(
              LinearTeacherContract.expected(new byte[] {0, -1, 0, -1}, 1), within(1e-5));
    }
  }

  @Test
  void roundsToWholeNumbersAndScalesNone() {
    FeatureContract scaled = new FeatureContract(FeatureType.F32, List.of(4), 1000, 5);
    try (OnnxTeacher teacher = open("int64", scaled)) {
      FeatureBatch batch = batch(scaled, List.of(floats(0.4f, 254.6f, 0, 255)));

      assertThat(LinearTeacherContract.score(teacher, batch, 1)[0])
          .containsExactly(
              LinearTeacherContract.expected(new byte[] {0, -1, 0, -1}, 1), within(1e-5));
    }
  }

  @Test
  void aNumberBeyondTheTypeIsTheProblemOfItsRowAlone() {
    try (OnnxTeacher teacher = open("int8", Fixtures.CONTRACT)) {
      byte[] fit = {1, 2, 3, 127};
      FeatureBatch batch = batch(Fixtures.CONTRACT, List.of(fit, new byte[] {0, 0, -56, 0}, fit));
      double[][] out = new double[3][3];

      assertThat(teacher.score(batch, 1, out))
          .hasSize(1)
          .hasEntrySatisfying(1, why -> assertThat(why).contains("feature 2", "int8"));
      assertThat(out[2]).isEqualTo(out[0]);
    }
  }

  @Test
  void takesSlicesAndConstants() {
    try (OnnxTeacher shared = open("ids-and-mask", Fixtures.CONTRACT);
        OnnxTeacher sliced = open("ids-and-mask", Fixtures.CONTRACT, "ids: 0..1", "mask: 2..3");
        OnnxTeacher constant = open("two-inputs", Fixtures.CONTRACT, "x: 0..3", "y: constant 0");
        OnnxTeacher state = open("state", Fixtures.CONTRACT, "h: constant 0", "rate: constant 1")) {
      for (OnnxTeacher teacher : List.of(shared, sliced, constant, state)) {
        assertExpected(teacher, 1e-5, LinearTeacherContract.examples(BATCH));
        assertExpected(teacher, 1e-5, LinearTeacherContract.examples(3));
      }
      assertThat(shared.facts().contentHash()).isNotEqualTo(sliced.facts().contentHash());
    }
  }

  @Test
  void aStateOfAnotherNumberCounts() {
    // 2 layers x 5 elements of 0.1 are 1 more for every logit, and all of them twice.
    try (OnnxTeacher teacher =
        open("state", Fixtures.CONTRACT, "h: constant 0.1", "rate: constant 2")) {
      List<byte[]> examples = LinearTeacherContract.examples(2);

      assertThat(LinearTeacherContract.score(teacher, batch(Fixtures.CONTRACT, examples), 2)[1])
          .containsExactly(LinearTeacherContract.expected(examples.get(1), 1), within(1e-5));
    }
  }

  @Test
  void aSliceMayBeInAnyOrder() {
    try (OnnxTeacher teacher = open("columns", Fixtures.CONTRACT, "d: 0", "c: 1", "b: 2", "a: 3")) {
      double[][] scored =
          LinearTeacherContract.score(
              teacher, batch(Fixtures.CONTRACT, List.of(new byte[] {4, 3, 2, 1})), 1);

      assertThat(scored[0])
          .containsExactly(
              LinearTeacherContract.expected(new byte[] {1, 2, 3, 4}, 1), within(1e-5));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ids-and-mask | ids: 0..1          | say nothing of [mask]",
        "ids-and-mask | no: 0..1           | has no input 'no'; correct the member's inputs to some of [ids, mask]",
        "ids-and-mask | ids: 3..4          | is to get the features 3..4, an example has 0..3",
        "logits       | x: constant 1      | no input gets any feature",
        "logits       | x: 0..2            | gets 3 features; correct the member's inputs",
      })
  void saysWhichInputIsNotRight(String model, String input, String reason) {
    assertThatThrownBy(() -> open(model, FLOATS, input))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "3..1", "1...2", "-1..2", "constant", "constant x", "0..9999999999"})
  void saysWhatAnInputMayBe(String text) {
    assertThatThrownBy(() -> InputSource.parse("ids", text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("teacher.members")
        .hasMessageContaining("ids");
  }

  @Test
  void refusesAnotherOrderOfTheAxesWithItsRemedy() {
    assertThatThrownBy(() -> open("channels-first", FeatureContract.u8(2, 2, 3)))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining("another order of the axes")
        .hasMessageContaining("set features.shape to [3, 2, 2]")
        .hasMessageContaining("A flat features.shape of [12]");
    open("channels-first", FeatureContract.u8(3, 2, 2)).close();
    open("channels-first", FeatureContract.u8(12)).close();
    open("image", FeatureContract.u8(2, 2, 1)).close(); // one channel: the same order
  }
}
