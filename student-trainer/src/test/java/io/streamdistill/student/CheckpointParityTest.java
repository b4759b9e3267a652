package io.streamdistill.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.Safetensors;
import io.streamdistill.checkpoints.format.SourcePosition;
import io.streamdistill.checkpoints.format.Tensor;
import io.streamdistill.engine.Weight;
import io.streamdistill.engine.dl4j.onnx.NetworkExport;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.OnnxParity;
import io.streamdistill.onnx.graph.OnnxQuantizer;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** With checkpoints whose hashes are right, whatever else they claim. */
final class CheckpointParityTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  private static FeatureContract image() {
    return FeatureContract.u8(1, 3, 4);
  }

  private static MultiLayerConfiguration convolutional() {
    return new NeuralNetConfiguration.Builder()
        .list()
        .layer(new ConvolutionLayer.Builder(2, 2).nOut(2).activation(Activation.RELU).build())
        .layer(
            new OutputLayer.Builder(LossFunction.MSE)
                .nOut(3)
                .activation(Activation.IDENTITY)
                .build())
        .setInputType(InputType.convolutionalFlat(3, 4, 1))
        .build();
  }

  private static ObjectNode network(MultiLayerConfiguration configuration)
      throws JsonProcessingException {
    return JSON.createObjectNode().set("dl4j", JSON.readTree(configuration.toJson()));
  }

  private static ObjectNode hidden(JsonNode units) {
    return JSON.createObjectNode().set("hidden", units);
  }

  /** The manifest of a checkpoint without a model, whose weights are {@code tensors}. */
  private Manifest write(FeatureContract features, JsonNode network, Map<String, Tensor> tensors)
      throws IOException {
    for (String name : List.of("weights.safetensors", "trainer-state.safetensors")) {
      Files.deleteIfExists(directory.resolve(name));
    }
    new Safetensors(tensors, Map.of()).write(directory.resolve("weights.safetensors"));
    new Safetensors(Map.of("optimizer", Tensor.of(new float[0], 0)), Map.of())
        .write(directory.resolve("trainer-state.safetensors"));
    return Manifest.builder(new CheckpointId("small", "v1"))
        .createdTime(Instant.EPOCH)
        .codeVersion("test")
        .step(1)
        .examplesSeen(1)
        .source(new SourcePosition("soft-targets", 0, 0, Map.of(), Map.of()))
        .randomState(Map.of())
        .features(features)
        .classes(ClassMap.ofCount(3))
        .teacherVersions(List.of())
        .configuration(JSON.createObjectNode().set("network", network))
        .build()
        .write(directory);
  }

  private static Map<String, Tensor> weights(MultiLayerNetwork network) {
    Map<String, Tensor> tensors = new HashMap<>();
    network
        .paramTable()
        .forEach(
            (name, values) ->
                tensors.put(name, Tensor.of(values.dup('c').data().asFloat(), values.shape())));
    return tensors;
  }

  private void writeModel(MultiLayerNetwork network) throws IOException {
    ExportContract contract =
        new ExportContract(
            "small", "u8", List.of(1L, 3L, 4L), 1f / 255, 0, List.of("0", "1", "2"), Map.of());
    Map<String, Weight> numbers = new HashMap<>();
    weights(network)
        .forEach((name, tensor) -> numbers.put(name, new Weight(tensor.shape(), tensor.floats())));
    Files.write(
        directory.resolve("model.onnx"),
        NetworkExport.export(network.getLayerWiseConfigurations(), numbers, contract, null));
  }

  @Test
  void measuresHowFarModelAndWeightsAreApart() throws IOException {
    MultiLayerNetwork network = new MultiLayerNetwork(convolutional());
    network.init();
    writeModel(network);
    Map<String, Tensor> tensors = weights(network);
    Manifest same = write(image(), network(convolutional()), tensors);
    assertThat(CheckpointParity.ofModel(directory, same).probabilities())
        .isLessThanOrEqualTo(OnnxParity.TOLERANCE);

    tensors.put("1_b", Tensor.of(new float[] {0.5f, 0, 0}, 3));
    Manifest other = write(image(), network(convolutional()), tensors);
    assertThat(CheckpointParity.ofModel(directory, other).logits()).isBetween(0.499, 0.501);

    Files.write(directory.resolve("model.onnx"), new byte[] {1, 2, 3});
    assertFails(other, "ONNX Runtime cannot run the exported model of student small");
    Files.delete(directory.resolve("model.onnx"));
    assertFails(other, "model.onnx");
  }

  @Test
  void measuresHowFarTheInt8ModelIsFromTheQuantizedModel() throws IOException {
    MultiLayerNetwork network = new MultiLayerNetwork(convolutional());
    network.init();
    writeModel(network);
    Manifest without = write(image(), network(convolutional()), weights(network));
    assertThat(CheckpointParity.ofSmallModel(directory, without)).isEmpty();
    byte[] quantized = OnnxQuantizer.quantize(Files.readAllBytes(directory.resolve("model.onnx")));
    Files.write(directory.resolve("model.int8.onnx"), quantized);
    Manifest same = write(image(), network(convolutional()), weights(network));
    assertThat(CheckpointParity.ofSmallModel(directory, same))
        .hasValueSatisfying(parity -> assertThat(parity.probabilities()).isZero());

    network.setParam("1_b", Nd4j.createFromArray(0.5f, 0, 0).reshape(1, 3));
    writeModel(network);
    Manifest other = write(image(), network(convolutional()), weights(network));
    assertThat(CheckpointParity.ofSmallModel(directory, other))
        .hasValueSatisfying(parity -> assertThat(parity.logits()).isBetween(0.499, 0.501));
  }

  @Test
  void refusesWeightsOfAnotherNetwork() throws IOException {
    Map<String, Tensor> tensors = new HashMap<>();
    tensors.put("0_W", Tensor.of(new float[36], 12, 3));
    tensors.put("0_b", Tensor.of(new float[3], 1, 3));
    assertFails(
        write(image(), hidden(JSON.createArrayNode()), tensors),
        "weight 0_b is F32 [1, 3], the network has float32 [3]");
    tensors.remove("0_b");
    tensors.put("0_c", Tensor.of(new float[9], 1, 9));
    assertFails(
        write(image(), hidden(JSON.createArrayNode()), tensors),
        "weights are named [0_W, 0_c], the network has [0_W, 0_b]");
  }

  @Test
  void takesNoMemoryForMoreThanTheWeightsThatAreThere() throws IOException {
    assertDenseFails("[2000000000]", "it has 32000000003 parameters, weights.safetensors has room");
    assertDenseFails("[2000000000, 2000000000]", "parameters");
    assertDenseFails("[99999999999]", "network.hidden has 99999999999, which is no number");
    assertDenseFails("[0]", "must list units >= 1");
    assertDenseFails("[-5]", "must list units >= 1");
    assertDenseFails("[\"many\"]", "which is no number of units");
    assertDenseFails("{}", "neither network.hidden nor network.dl4j");
    ArrayNode deep = JSON.createArrayNode();
    for (int i = 0; i < 100_000; i++) {
      deep.add(1);
    }
    assertDenseFails(deep.toString(), "network.hidden has 100000 layers, 1000 are allowed");
    assertFails(
        write(FeatureContract.u8(8_192, 8_192), hidden(JSON.createArrayNode()), few()),
        "it has 201326595 parameters");
  }

  @Test
  void takesNoMemoryForMoreThanTheActivationsOfAStudent() throws IOException {
    assertConvolutionFails(layer -> layer.putArray("padding").add(30_000).add(30_000), "numbers");
    assertConvolutionFails(layer -> layer.put("nin", 1L << 62), "long overflow");
    assertConvolutionFails(layer -> layer.put("nout", Long.MAX_VALUE), "overflow");
    assertConvolutionFails(layer -> layer.put("nout", -1L), "negative size");
    assertConvolutionFails(
        layer -> layer.putArray("kernelSize").add(Integer.MAX_VALUE).add(Integer.MAX_VALUE),
        "describes no network");
  }

  private void assertConvolutionFails(Consumer<ObjectNode> change, String message)
      throws IOException {
    ObjectNode network = network(convolutional());
    change.accept((ObjectNode) network.at("/dl4j/confs/0/layer"));
    assertFails(write(image(), network, few()), message);
  }

  @Test
  void buildsNoLayersThatStudentsDoNotHave() throws IOException {
    MultiLayerConfiguration recurrent =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new LSTM.Builder().nIn(12).nOut(2).build())
            .layer(
                new RnnOutputLayer.Builder(LossFunction.MSE)
                    .nIn(2)
                    .nOut(3)
                    .activation(Activation.IDENTITY)
                    .build())
            .build();
    assertFails(write(image(), network(recurrent), few()), "must end in an OutputLayer");
    ObjectNode broken = JSON.createObjectNode();
    broken.putObject("dl4j").put("confs", 5);
    assertFails(write(image(), broken, few()), "is no MultiLayerConfiguration");
  }

  private static Map<String, Tensor> few() {
    return Map.of("0_W", Tensor.of(new float[1_000], 1_000));
  }

  private void assertDenseFails(String units, String message) throws IOException {
    assertFails(write(image(), hidden(JSON.readTree(units)), few()), message);
  }

  private void assertFails(Manifest manifest, String message) {
    assertThatThrownBy(() -> CheckpointParity.ofModel(directory, manifest))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }
}
