package io.streamdistill.engine.dl4j;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.engine.dl4j.onnx.NetworkExport;
import io.streamdistill.onnx.graph.OnnxExportException;
import java.util.List;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;

final class NetworkExportTest extends ExportFixture {

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

  private static void assertRefused(String layer, String reason, Layer... layers) {
    assertRefused(VECTOR, layer, reason, layers);
  }

  private static void assertRefused(InputType input, String layer, String reason, Layer... layers) {
    assertThatThrownBy(() -> NetworkExport.requireExportable(configuration(input, layers)))
        .isInstanceOf(OnnxExportException.class)
        .hasMessageContaining(layer)
        .hasMessageContaining(reason);
  }
}
