package io.streamdistill.engine.dl4j;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.streamdistill.engine.dl4j.onnx.NetworkExport;
import io.streamdistill.engine.export.Answers;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.ModelFeatures;
import io.streamdistill.engine.export.OnnxParity;
import io.streamdistill.onnx.StudentModel;
import io.streamdistill.onnx.graph.OnnxExportException;
import io.streamdistill.onnx.graph.OnnxQuantizer;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Standardisation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import onnx.Onnx;
import org.assertj.core.data.Offset;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

final class NetworkExportTest {

  private static final int SEED = 7;
  private static final int CLASSES = 5;
  private static final InputType VECTOR = InputType.feedForward(2 * 9 * 8);
  private static final InputType IMAGE = InputType.convolutionalFlat(9, 8, 2); // h, w, c

  private static final ExportContract PLAIN = contract("f32", 1, 0);

  @ParameterizedTest
  @EnumSource(
      names = {
        "IDENTITY",
        "RELU",
        "RELU6",
        "LEAKYRELU",
        "ELU",
        "SELU",
        "GELU",
        "SWISH",
        "MISH",
        "SIGMOID",
        "HARDSIGMOID",
        "TANH",
        "HARDTANH",
        "RECTIFIEDTANH",
        "SOFTPLUS",
        "SOFTSIGN",
        "SOFTMAX",
        "CUBE",
        "THRESHOLDEDRELU"
      })
  void agreesOnPerceptronsOfEveryActivation(Activation activation) {
    // Not trained: some of them diverge.
    Layer[] layers = {dense(20, activation), output()};
    assertParity(network(VECTOR, layers), PLAIN, layers);
  }

  @ParameterizedTest
  @EnumSource(names = {"RELU", "HARDTANH", "SWISH"})
  void agreesOnActivationsOfImages(Activation activation) {
    assertParity(
        IMAGE,
        PLAIN,
        new ConvolutionLayer.Builder(3, 3).nOut(4).activation(activation).build(),
        output());
  }

  @Test
  void agreesOnBoundedAndLeakyRelu() {
    Layer bounded = new ActivationLayer(new ActivationReLU(0.5, null, null));
    Layer leakyAndBounded = new ActivationLayer(new ActivationReLU(0.5, 0.0, 0.2));
    Layer dense = dense(20, Activation.IDENTITY);

    assertParity(VECTOR, PLAIN, dense, bounded, dense(20, Activation.CUBE), output());
    assertParity(VECTOR, PLAIN, dense, leakyAndBounded, output());
  }

  @Test
  void agreesOnNetworksOfOneLayerAndWithoutBias() {
    assertParity(VECTOR, PLAIN, output());
    assertParity(
        VECTOR,
        PLAIN,
        new DenseLayer.Builder().nOut(9).activation(Activation.TANH).hasBias(false).build(),
        new OutputLayer.Builder()
            .nOut(CLASSES)
            .activation(Activation.IDENTITY)
            .hasBias(false)
            .build());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void agreesOnConvolutionsWithSamePadding(int stride) {
    // Kernel 4 and stride 2 need an odd padding, more of it after than before.
    for (int kernel = 1; kernel <= 5; kernel++) {
      for (int dilation = 1; dilation <= 2; dilation++) {
        assertParity(
            IMAGE,
            PLAIN,
            new ConvolutionLayer.Builder(Math.max(kernel, stride), Math.max(kernel, stride))
                .stride(stride, stride)
                .dilation(dilation, dilation)
                .convolutionMode(ConvolutionMode.Same)
                .nOut(4)
                .activation(Activation.RELU)
                .build(),
            output());
      }
    }
  }

  @Test
  void agreesOnConvolutionsWithExplicitPaddingStrideAndDilation() {
    for (ConvolutionMode mode : List.of(ConvolutionMode.Truncate, ConvolutionMode.Strict)) {
      assertParity(
          IMAGE,
          PLAIN,
          new ConvolutionLayer.Builder(3, 2)
              .stride(2, 1)
              .padding(1, 2)
              .dilation(1, 3)
              .convolutionMode(mode)
              .nOut(4)
              .activation(Activation.TANH)
              .build(),
          new ConvolutionLayer.Builder(2, 2).nOut(3).hasBias(false).build(),
          output());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = PoolingType.class,
      names = {"MAX", "AVG"})
  void agreesOnPooling(PoolingType type) {
    for (ConvolutionMode mode : List.of(ConvolutionMode.Truncate, ConvolutionMode.Same)) {
      for (boolean countPadding : List.of(true, false)) {
        for (int stride = 1; stride <= 3; stride++) {
          int padding = mode == ConvolutionMode.Same ? 0 : 1;
          assertParity(
              IMAGE,
              PLAIN,
              new ConvolutionLayer.Builder(2, 2).nOut(4).activation(Activation.IDENTITY).build(),
              new SubsamplingLayer.Builder(type)
                  .kernelSize(3, 3)
                  .stride(stride, stride)
                  .padding(padding, padding)
                  .convolutionMode(mode)
                  .avgPoolIncludePadInDivisor(countPadding)
                  .build(),
              output());
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = PoolingType.class,
      names = {"MAX", "AVG", "SUM"})
  void agreesOnGlobalPooling(PoolingType type) {
    Layer convolution = new ConvolutionLayer.Builder(3, 3).nOut(CLASSES).build();
    Layer pooling = new GlobalPoolingLayer.Builder(type).build();

    assertParity(IMAGE, PLAIN, convolution, pooling, output());
    assertParity(
        IMAGE,
        PLAIN,
        convolution,
        pooling,
        new LossLayer.Builder().activation(Activation.SOFTMAX).build());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void agreesOnBatchNormalizationAfterTraining(boolean logDeviation) {
    assertParity(
        IMAGE,
        PLAIN,
        new ConvolutionLayer.Builder(3, 3).nOut(4).activation(Activation.IDENTITY).build(),
        new BatchNormalization.Builder().useLogStd(logDeviation).build(),
        new ActivationLayer(Activation.RELU),
        dense(16, Activation.IDENTITY),
        new BatchNormalization.Builder().useLogStd(logDeviation).eps(1e-3).build(),
        new ActivationLayer(Activation.RELU),
        output());
    assertParity(
        IMAGE, PLAIN, new BatchNormalization.Builder().lockGammaBeta(true).build(), output());
  }

  @Test
  void agreesOnDropout() {
    assertParity(
        VECTOR,
        PLAIN,
        new DropoutLayer(0.8),
        new DenseLayer.Builder().nOut(20).dropOut(0.5).activation(Activation.RELU).build(),
        output());
  }

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
  void refusesUnsupportedLayersBeforeTraining() {
    MultiLayerConfiguration recurrent =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new LSTM.Builder().nOut(8).build())
            .layer(new RnnOutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build())
            .setInputType(InputType.recurrent(4))
            .build();

    assertThatThrownBy(() -> NetworkExport.requireExportable(recurrent))
        .isInstanceOf(OnnxExportException.class)
        .hasMessageContaining("Layer 0 (LSTM) cannot be exported to ONNX")
        .hasMessageContaining("Supported are DenseLayer, ConvolutionLayer");
  }

  @Test
  void refusesImagesThatDoNotComeFlat() {
    MultiLayerConfiguration unflattened =
        configuration(
            InputType.convolutional(9, 8, 2),
            new ConvolutionLayer.Builder(3, 3).nOut(4).build(),
            output());

    assertThatThrownBy(() -> NetworkExport.requireExportable(unflattened))
        .isInstanceOf(OnnxExportException.class)
        .hasMessageContaining("Layer 0 (ConvolutionLayer)")
        .hasMessageContaining("set the input type InputType.convolutionalFlat");
  }

  @Test
  void refusesWhatHasNoOnnxForm() {
    assertRefused(
        "Layer 1 (OutputLayer)",
        "activation sigmoid",
        dense(4, Activation.RELU),
        new OutputLayer.Builder().nOut(CLASSES).activation(Activation.SIGMOID).build());
    assertRefused("Layer 0 (DenseLayer)", "activation rrelu", dense(4, Activation.RRELU), output());
    assertRefused(
        "Layer 0 (DenseLayer)",
        "layer normalization",
        new DenseLayer.Builder().nOut(4).hasLayerNorm(true).build(),
        output());
    assertRefused(
        "Layer 1 (DenseLayer)",
        "neither OutputLayer nor LossLayer",
        dense(4, Activation.RELU),
        dense(4, Activation.RELU));
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

  private static byte[] export(MultiLayerNetwork network, ExportContract contract) {
    return export(network, contract, null);
  }

  private static byte[] export(
      MultiLayerNetwork network, ExportContract contract, double @Nullable [] shift) {
    return NetworkExport.export(
        network.getLayerWiseConfigurations(),
        WeightTable.of(network).read(NativeFloats.copyOf(network.params())),
        contract,
        shift);
  }

  private static OnnxParity measure(
      byte[] model,
      MultiLayerNetwork network,
      ExportContract contract,
      int records,
      RandomGenerator random) {
    return NetworkAnswers.of(network, ModelFeatures.random(contract, records, random))
        .compare(model);
  }

  private static void assertRefused(String layer, String reason, Layer... layers) {
    assertRefused(VECTOR, layer, reason, layers);
  }

  private static void assertRefused(InputType input, String layer, String reason, Layer... layers) {
    assertThatThrownBy(() -> NetworkExport.requireExportable(configuration(input, layers)))
        .isInstanceOf(OnnxExportException.class)
        .hasMessageContaining(layer)
        .hasMessageContaining(reason);
  }

  /** So whatever is exported can be pulled and verified. */
  private static void assertIsStudentModel(byte[] model) {
    try {
      Path file = Files.write(Files.createTempFile("model", ".onnx"), model);
      assertThat(StudentModel.problem(file)).isEmpty();
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertParity(InputType input, ExportContract contract, Layer... layers) {
    MultiLayerNetwork network = network(input, layers);
    train(network, input);
    assertParity(network, contract, layers);
  }

  private static void assertParity(
      MultiLayerNetwork network, ExportContract contract, Layer... layers) {
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
  private static void train(MultiLayerNetwork network, InputType input) {
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

  private static MultiLayerNetwork network(InputType input, Layer... layers) {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration(input, layers));
    network.init();
    return network;
  }

  private static MultiLayerConfiguration configuration(InputType input, Layer... layers) {
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

  private static Layer dense(int units, Activation activation) {
    return new DenseLayer.Builder().nOut(units).activation(activation).build();
  }

  private static Layer output() {
    return new OutputLayer.Builder().nOut(CLASSES).activation(Activation.SOFTMAX).build();
  }

  private static Layer[] lenet() {
    return new Layer[] {
      new ConvolutionLayer.Builder(3, 3).nOut(4).activation(Activation.RELU).build(),
      new SubsamplingLayer.Builder(PoolingType.MAX).kernelSize(2, 2).stride(2, 2).build(),
      dense(20, Activation.RELU),
      output()
    };
  }

  private static ExportContract contract(String type, float scale, float offset) {
    return new ExportContract(
        "student",
        type,
        List.of(2L, 9L, 8L),
        scale,
        offset,
        List.of("a", "b", "c", "d", "e"),
        Map.of());
  }

  private static TensorInfo info(@Nullable NodeInfo node) {
    return (TensorInfo) requireNonNull(node).getInfo();
  }

  private static float[][] probabilities(OrtSession session, ModelFeatures features, int records)
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
