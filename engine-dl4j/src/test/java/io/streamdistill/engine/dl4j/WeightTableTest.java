package io.streamdistill.engine.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.engine.Weight;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

final class WeightTableTest {

  private static MultiLayerNetwork network(int seed) {
    var network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 2).nOut(4).build())
                .layer(new BatchNormalization())
                .layer(new DenseLayer.Builder().nOut(7).build())
                .layer(new OutputLayer.Builder().nOut(3).build())
                .setInputType(InputType.convolutionalFlat(6, 5, 2))
                .build());
    network.init();
    return network;
  }

  /** Layers differ in the order in which DL4J lays their weights out. */
  @Test
  void readsEveryWeightAsDl4jReadsItItself() {
    MultiLayerNetwork network = network(1);

    Map<String, Weight> weights =
        WeightTable.of(network).read(NativeFloats.copyOf(network.params()));

    Map<String, INDArray> expected = network.paramTable();
    assertThat(weights.keySet()).isEqualTo(expected.keySet());
    weights.forEach(
        (name, weight) -> {
          INDArray array = Objects.requireNonNull(expected.get(name), name);
          assertThat(weight.shape().stream().mapToLong(Long::longValue).toArray())
              .as(name)
              .isEqualTo(array.shape());
          assertThat(weight.values()).as(name).isEqualTo(array.dup('c').data().asFloat());
        });
  }

  @Test
  void writesWhatItHasRead() {
    MultiLayerNetwork one = network(1);
    MultiLayerNetwork other = network(2);

    WeightTable.of(other).write(WeightTable.of(one).read(NativeFloats.copyOf(one.params())));

    assertThat(other.params()).isEqualTo(one.params());
  }
}
