package io.streamdistill.engine.dl4j;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.streamdistill.engine.export.Answers;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.ModelFeatures;
import io.streamdistill.engine.export.OnnxParity;
import io.streamdistill.onnx.graph.OnnxExportException;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Standardisation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import onnx.Onnx;
import org.assertj.core.data.Offset;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;

final class ExportContractTest extends ExportFixture {

  @ParameterizedTest
  @ValueSource(strings = {"u8", "f16", "f32"})
  void scalesFeaturesInTheGraph(String type) {
    assertParity(IMAGE, contract(type, 1f / 255, -0.5f), lenet());
    assertParity(VECTOR, contract(type, 1f / 128, 0), dense(20, Activation.RELU), output());
  }

  @Test
  void answersTheSameAtEveryBatchSize() throws OrtException {
    // Given
    MultiLayerNetwork network = network(IMAGE, lenet());
    ExportContract contract = contract("u8", 1f / 255, 0);
    ModelFeatures features = ModelFeatures.random(contract, 100, new Random(SEED));
    OrtEnvironment environment = OrtEnvironment.getEnvironment();

    try (OrtSession session = environment.createSession(export(network, contract))) {
      // When
      float[][] hundred = probabilities(session, features, 100);

      // Then
      for (int batch : new int[] {1, 7}) {
        float[][] few = probabilities(session, features, batch);
        assertThat(few.length).isEqualTo(batch);
        for (int i = 0; i < batch; i++) {
          assertThat(few[i]).containsExactly(hundred[i], rounding());
        }
      }
    }
  }

  private static Offset<Float> rounding() {
    return within(1e-6f);
  }

  @Test
  void declaresNamesShapesAndMetadata() throws Exception {
    // Given
    ExportContract contract =
        new ExportContract(
            "mnist \"s\"",
            "u8",
            List.of(2L, 9L, 8L),
            0.5f,
            -1f,
            List.of("zero", "on\"e", "zwölf", "3", "4"),
            Map.of("step", "12"));
    byte[] model = export(network(IMAGE, lenet()), contract);

    // When
    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(model)) {
      // Then
      assertThat(session.getInputNames()).containsExactly("features");
      assertThat(session.getOutputNames()).containsExactly("probabilities", "logits");
      TensorInfo features = info(session.getInputInfo().get("features"));
      assertThat(features.type).isEqualTo(OnnxJavaType.UINT8);
      assertThat(features.getShape()).containsExactly(-1, 144);
      assertThat(features.getDimensionNames()).containsExactly("N", "");
      for (String output : session.getOutputNames()) {
        assertThat(info(session.getOutputInfo().get(output)).getShape())
            .containsExactly(-1, CLASSES);
      }
      assertThat(session.getMetadata().getProducerName()).isEqualTo("streamdistill");
      assertThat(session.getMetadata().getGraphName()).isEqualTo("mnist \"s\"");
      assertThat(session.getMetadata().getCustomMetadata())
          .isEqualTo(
              Map.of(
                  "step", "12",
                  "distill.student", "mnist \"s\"",
                  "distill.features.type", "u8",
                  "distill.features.shape", "[2,9,8]",
                  "distill.features.scale", "0.5",
                  "distill.features.standardised", "false",
                  "distill.features.offset", "-1.0",
                  "distill.classes", "[\"zero\",\"on\\\"e\",\"zwölf\",\"3\",\"4\"]",
                  "distill.classes.hash", new ClassMap(contract.classNames()).hash(),
                  "distill.probabilities.temperature", "1"));
    }
    assertThat(Onnx.ModelProto.parseFrom(model).getGraph().getInput(0).getDocString())
        .isEqualTo(
            "features as on the wire: N rows of u8 elements of shape [2, 9, 8], row-major; the model"
                + " computes element * 0.5 + -1.0");
  }

  @Test
  void writesTheSameBytesForTheSameParameters() {
    MultiLayerNetwork network = network(IMAGE, lenet());

    assertThat(export(network.clone(), PLAIN)).isEqualTo(export(network, PLAIN));
  }

  @Test
  void refusesContractsThatDoNotFitTheNetwork() {
    MultiLayerNetwork network = network(VECTOR, output());
    List<String> classes = List.of("a", "b");
    ExportContract fewClasses =
        new ExportContract("s", "f32", List.of(144L), 1, 0, classes, Map.of());
    ExportContract fewFeatures =
        new ExportContract("s", "f32", List.of(3L), 1, 0, classes, Map.of());

    assertThatThrownBy(() -> export(network, fewClasses))
        .hasMessageContaining("5 outputs")
        .hasMessageContaining("2 classes");
    assertThatThrownBy(() -> export(network, fewFeatures))
        .hasMessageContaining("expects 144 features, but gets 3");
  }

  /** Far from 0, of very different scale: unscaled, the network would see nothing but noise. */
  @ParameterizedTest
  @ValueSource(strings = {"u8", "f16", "f32"})
  void standardisesInItsGraphAsTrainingDoes(String type) {
    List<Float> mean = new ArrayList<>();
    List<Float> deviation = new ArrayList<>();
    for (int f = 0; f < 144; f++) {
      mean.add(f % 2 == 0 ? 1_000f : -3f);
      deviation.add(f % 3 == 0 ? 50f : 0.5f);
    }
    ExportContract contract =
        new ExportContract(
            "student",
            type,
            List.of(144L),
            0.5f,
            1,
            new Standardisation(mean, deviation, 10),
            List.of("a", "b", "c", "d", "e"),
            Map.of());

    assertParity(VECTOR, contract, dense(20, Activation.RELU), output());
  }

  /** As loud teachers teach them: float32 itself is less exact there. */
  @Test
  void toleranceGrowsWithTheLogits() {
    MultiLayerNetwork network = network(VECTOR, dense(20, Activation.RELU), output());
    network.getOutputLayer().getParam("W").muli(3_000);

    OnnxParity parity = measure(export(network, PLAIN), network, PLAIN, 64, new Random(SEED));

    assertThat(parity.largestLogit()).isGreaterThan(1_000);
    assertThat(parity.tolerance()).isGreaterThan(5e-4);
    parity.requireWithinTolerance();
  }

  @Test
  void addsABiasCorrectionToTheLogits() {
    MultiLayerNetwork network = network(VECTOR, dense(20, Activation.RELU), output());
    double[] shift = new double[PLAIN.classNames().size()];
    shift[0] = 1.5;
    Answers uncorrected =
        NetworkAnswers.of(network, ModelFeatures.random(PLAIN, 16, new Random(SEED)));

    byte[] model = export(network, PLAIN, shift);
    assertIsStudentModel(model);

    OnnxParity parity = uncorrected.corrected(shift).compare(model);
    assertThat(parity.logits()).isLessThan(1e-5);
    assertThat(parity.probabilities()).isLessThan(1e-6);
    assertThat(uncorrected.compare(model).logits()).isCloseTo(1.5, within(1e-5));
  }

  @Test
  void noticesAModelThatIsNotTheNetwork() {
    MultiLayerNetwork network = network(VECTOR, dense(9, Activation.RELU), output());
    byte[] before = export(network, PLAIN);
    train(network, VECTOR);

    OnnxParity parity = measure(before, network, PLAIN, 20, new Random(SEED));

    assertThat(parity.probabilities()).isGreaterThan(1e-3);
    assertThatThrownBy(parity::requireWithinTolerance)
        .isInstanceOf(OnnxExportException.class)
        .hasMessageContaining("must not be announced");
    assertThatThrownBy(() -> measure(new byte[9], network, PLAIN, 1, new Random(SEED)))
        .isInstanceOf(OnnxExportException.class)
        .hasMessageContaining("ONNX Runtime cannot run");
  }

  private static Layer[] lenet() {
    return new Layer[] {
      new ConvolutionLayer.Builder(3, 3).nOut(4).activation(Activation.RELU).build(),
      new SubsamplingLayer.Builder(PoolingType.MAX).kernelSize(2, 2).stride(2, 2).build(),
      dense(20, Activation.RELU),
      output()
    };
  }

  private static TensorInfo info(@Nullable NodeInfo node) {
    return (TensorInfo) requireNonNull(node).getInfo();
  }
}
