package io.streamdistill.engine.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.streamdistill.engine.dl4j.onnx.NetworkExport;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.ModelFeatures;
import io.streamdistill.engine.export.OnnxParity;
import io.streamdistill.onnx.StudentModel;
import io.streamdistill.onnx.graph.OnnxQuantizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** What several tests of NetworkExport need. */
abstract class ExportFixture {

  static final int SEED = 7;
  static final int CLASSES = 5;
  static final InputType VECTOR = InputType.feedForward(2 * 9 * 8);
  static final InputType IMAGE = InputType.convolutionalFlat(9, 8, 2); // h, w, c

  static final ExportContract PLAIN = contract("f32", 1, 0);

  static byte[] export(MultiLayerNetwork network, ExportContract contract) {
    return export(network, contract, null);
  }

  static byte[] export(
      MultiLayerNetwork network, ExportContract contract, double @Nullable [] shift) {
    return NetworkExport.export(
        network.getLayerWiseConfigurations(),
        WeightTable.of(network).read(NativeFloats.copyOf(network.params())),
        contract,
        shift);
  }

  static OnnxParity measure(
      byte[] model,
      MultiLayerNetwork network,
      ExportContract contract,
      int records,
      RandomGenerator random) {
    return NetworkAnswers.of(network, ModelFeatures.random(contract, records, random))
        .compare(model);
  }

  /** So whatever is exported can be pulled and verified. */
  static void assertIsStudentModel(byte[] model) {
    try {
      Path file = Files.write(Files.createTempFile("model", ".onnx"), model);
      assertThat(StudentModel.problem(file)).isEmpty();
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void assertParity(InputType input, ExportContract contract, Layer... layers) {
    MultiLayerNetwork network = network(input, layers);
    train(network, input);
    assertParity(network, contract, layers);
  }

  static void assertParity(MultiLayerNetwork network, ExportContract contract, Layer... layers) {
    NetworkExport.requireExportable(network.getLayerWiseConfigurations());

    byte[] model = export(network, contract);
    assertIsStudentModel(model);
    assertIsStudentModel(OnnxQuantizer.quantize(model));
    OnnxParity parity = measure(model, network, contract, 16, new Random(SEED));

    assertThat(parity.probabilities())
        .as("%s of %s", parity, List.of(layers))
        .isLessThanOrEqualTo(OnnxParity.TOLERANCE);
    assertThat(parity.logits()).as("%s of %s", parity, List.of(layers)).isLessThan(1e-4);
    parity.requireWithinTolerance();
  }

  /** Moves batch statistics, gamma, beta and biases away from where they start. */
  static void train(MultiLayerNetwork network, InputType input) {
    Nd4j.getRandom().setSeed(SEED);
    INDArray x = Nd4j.randn(32, input.arrayElementsPerExample()).muli(2).addi(0.3);
    INDArray y = Nd4j.zeros(32, CLASSES); // (records, classes)
    for (int i = 0; i < 32; i++) {
      y.putScalar(i, i % CLASSES, 1);
    }
    for (int step = 0; step < 5; step++) {
      network.fit(new DataSet(x, y));
    }
  }

  static MultiLayerNetwork network(InputType input, Layer... layers) {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration(input, layers));
    network.init();
    return network;
  }

  static MultiLayerConfiguration configuration(InputType input, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(SEED)
            .weightInit(WeightInit.XAVIER)
            .updater(new Sgd(0.05))
            .list();
    for (Layer layer : layers) {
      list.layer(layer.clone());
    }
    return list.setInputType(input).validateOutputLayerConfig(false).build();
  }

  static Layer dense(int units, Activation activation) {
    return new DenseLayer.Builder().nOut(units).activation(activation).build();
  }

  static Layer output() {
    return new OutputLayer.Builder().nOut(CLASSES).activation(Activation.SOFTMAX).build();
  }

  static ExportContract contract(String type, float scale, float offset) {
    return new ExportContract(
        "student",
        type,
        List.of(2L, 9L, 8L),
        scale,
        offset,
        List.of("a", "b", "c", "d", "e"),
        Map.of());
  }

  static float[][] probabilities(OrtSession session, ModelFeatures features, int records)
      throws OrtException {
    ByteBuffer first = features.bytes().duplicate().limit(records * 144);
    long[] shape = {records, 144};
    try (OnnxTensor input =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), first, shape, OnnxJavaType.UINT8);
        OrtSession.Result result = session.run(Map.of("features", input))) {
      return (float[][]) result.get("probabilities").orElseThrow().getValue();
    }
  }
}
