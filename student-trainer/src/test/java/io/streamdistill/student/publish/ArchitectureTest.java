package io.streamdistill.student.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

class ArchitectureTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static Architecture of(String network) throws JsonProcessingException {
    return Architecture.of(JSON.readTree(network), FeatureContract.u8(36), ClassMap.ofCount(3));
  }

  private static Architecture of(NeuralNetConfiguration.ListBuilder layers)
      throws JsonProcessingException {
    return of("{\"dl4j\": " + layers.build().toJson() + "}");
  }

  private static NeuralNetConfiguration.ListBuilder dense(Activation activation) {
    return new NeuralNetConfiguration.Builder()
        .list()
        .layer(new DenseLayer.Builder().nIn(36).nOut(8).activation(activation).build())
        .layer(new OutputLayer.Builder().nIn(8).nOut(3).activation(Activation.SOFTMAX).build());
  }

  private static NeuralNetConfiguration.ListBuilder convolution(
      NeuralNetConfiguration.Builder trained, int kernel) {
    return trained
        .list()
        .layer(
            new ConvolutionLayer.Builder(kernel, kernel)
                .nOut(4)
                .activation(Activation.RELU)
                .build())
        .layer(new OutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build())
        .setInputType(InputType.convolutionalFlat(6, 6, 1));
  }

  @Test
  void namesEveryLayer() throws JsonProcessingException {
    assertThat(of("{\"hidden\": [8, 5]}").layers())
        .containsExactly(
            "layer 0: dense 36 -> 8, relu",
            "layer 1: dense 8 -> 5, relu",
            "layer 2: output 5 -> 3");
    assertThat(of(convolution(new NeuralNetConfiguration.Builder(), 2)).layers())
        .hasSize(4)
        .anySatisfy(line -> assertThat(line).startsWith("layer 0: convolution 1 -> 4, relu"))
        .anySatisfy(line -> assertThat(line).contains("kernelSize [2,2]"))
        .anySatisfy(line -> assertThat(line).startsWith("before layer 0: feedforwardtocnn"))
        .last()
        .isEqualTo("layer 1: output 100 -> 3");
  }

  @Test
  void aDenseNetIsTheSameInEitherNotation() throws JsonProcessingException {
    assertThat(of(dense(Activation.RELU))).isEqualTo(of("{\"hidden\": [8]}"));
    assertThat(of(dense(Activation.TANH))).isNotEqualTo(of("{\"hidden\": [8]}"));
  }

  @Test
  void howItIsTrainedIsNoPartOfIt() throws JsonProcessingException {
    Architecture plain = of(convolution(new NeuralNetConfiguration.Builder(), 2));
    NeuralNetConfiguration.Builder other =
        new NeuralNetConfiguration.Builder()
            .seed(5)
            .updater(new Adam(0.01))
            .biasUpdater(new Sgd(0.1))
            .l2(0.01)
            .dropOut(0.5)
            .weightInit(WeightInit.XAVIER);

    assertThat(of(convolution(other, 2))).isEqualTo(plain);
    assertThat(of(convolution(new NeuralNetConfiguration.Builder(), 3))).isNotEqualTo(plain);
  }

  @Test
  void whatDescribesNoNetworkHasNoLayers() throws JsonProcessingException {
    assertThat(of("{}").layers()).isEmpty();
  }
}
