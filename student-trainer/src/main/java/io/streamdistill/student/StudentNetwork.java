package io.streamdistill.student;

import static io.streamdistill.config.Require.require;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.config.ConfigException;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.student.onnx.OnnxExport;
import io.streamdistill.student.onnx.OnnxExportException;
import io.streamdistill.student.publish.PublishedModel;
import io.streamdistill.student.step.NetworkSize;
import io.streamdistill.student.step.OptimizerConfig;
import io.streamdistill.student.step.StudentNetworks;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Builds the network that a configuration, or a checkpoint, describes. */
final class StudentNetwork {

  private static final Pattern DL4J_CLASS =
      Pattern.compile("org\\.(deeplearning4j\\.nn|nd4j\\.linalg)\\.[\\w.$]+");

  private static final int MAX_LAYERS = 1_000;

  /** Of one example; 64 MiB, far more than a student takes. */
  private static final long MAX_ACTIVATIONS = 1 << 24;

  private StudentNetwork() {}

  /** A new network with the initial weights of its seed, one that can be exported. */
  static MultiLayerNetwork create(
      StudentConfig config, FeatureContract features, ClassMap classes) {
    MultiLayerNetwork network =
        config.network().dl4j().isEmpty()
            ? StudentNetworks.dense(
                features.length(),
                config.network().hidden(),
                classes.count(),
                config.optimizer().config(),
                config.seed())
            : StudentNetworks.fromDl4jJson(
                read(config.network()), config.optimizer().config(), config.seed());
    try {
      OnnxExport.requireExportable(network.getLayerWiseConfigurations());
    } catch (OnnxExportException e) {
      throw new ConfigException(
          "student.network.dl4j: the network cannot be exported: " + e.getMessage(), e);
    }
    return network;
  }

  /**
   * The network of a checkpoint, with weights that are yet to be set; its optimizer is of no use.
   * Memory is taken for no more parameters than the checkpoint holds weights.
   *
   * @throws CheckpointException when the checkpoint describes none, or a larger one
   */
  static MultiLayerNetwork of(Manifest manifest) {
    try {
      MultiLayerConfiguration configuration = configuration(manifest);
      OnnxExport.requireExportable(configuration);
      requireSize(NetworkSize.of(configuration, manifest.features().length()), manifest);
      return StudentNetworks.initialised(configuration);
    } catch (RuntimeException e) { // ours, or any of DL4J's at what does not fit together
      throw new CheckpointException(
          "the configuration in checkpoint %s describes no network that can be built: %s"
              .formatted(
                  manifest.id(), e instanceof ConfigException ? e.getMessage() : e.toString()),
          e);
    }
  }

  private static MultiLayerConfiguration configuration(Manifest manifest) {
    JsonNode network = manifest.configuration().path("network");
    OptimizerConfig unused = new OptimizerConfig.Sgd(0);
    if (network.path("dl4j").isObject()) {
      requireClassesOfDl4j(network);
      requireFew("network.dl4j.confs", network.path("dl4j").path("confs"));
      return StudentNetworks.dl4jConfiguration(network.path("dl4j").toString(), unused, 0);
    }
    JsonNode units = network.path("hidden");
    require(units.isArray(), "it has neither network.hidden nor network.dl4j");
    requireFew("network.hidden", units);
    List<Integer> hidden = new ArrayList<>();
    for (JsonNode unit : units) {
      require(unit.isInt(), "network.hidden has %s, which is no number of units", unit);
      hidden.add(unit.intValue());
    }
    return StudentNetworks.denseConfiguration(
        manifest.features().length(), hidden, manifest.classMap().count(), unused, 0);
  }

  private static void requireFew(String what, JsonNode layers) {
    require(
        layers.size() <= MAX_LAYERS,
        "%s has %s layers, %s are allowed",
        what,
        layers.size(),
        MAX_LAYERS);
  }

  private static void requireSize(NetworkSize size, Manifest manifest) {
    long weights =
        manifest.files().stream()
            .filter(file -> file.name().equals(PublishedModel.WEIGHTS))
            .mapToLong(file -> file.size() / Float.BYTES)
            .sum();
    require(
        size.parameters() <= weights,
        "it has %s parameters, %s has room for %s",
        size.parameters(),
        PublishedModel.WEIGHTS,
        weights);
    require(
        size.activations() <= MAX_ACTIVATIONS,
        "an example takes %s numbers on its way through it, %s are allowed",
        size.activations(),
        MAX_ACTIVATIONS);
  }

  /** DL4J creates objects of the classes that its JSON names: a checkpoint may not name others. */
  private static void requireClassesOfDl4j(JsonNode network) {
    for (JsonNode name : network.findValues("@class")) {
      require(
          DL4J_CLASS.matcher(name.asText()).matches(),
          "it names the class %s, which is none of DL4J",
          name);
    }
  }

  private static String read(StudentConfig.Network network) {
    try {
      return Files.readString(network.dl4jFile());
    } catch (IOException e) {
      throw new ConfigException(
          "student.network.dl4j: cannot read %s: %s".formatted(network.dl4jFile(), e), e);
    }
  }

  /** The architecture as it goes into checkpoints and is compared on resumption. */
  static ObjectNode describe(StudentConfig.Network network, ObjectMapper json) {
    if (network.dl4j().isEmpty()) {
      return json.createObjectNode().<ObjectNode>set("hidden", json.valueToTree(network.hidden()));
    }
    try {
      return json.createObjectNode().<ObjectNode>set("dl4j", json.readTree(read(network)));
    } catch (JsonProcessingException e) {
      throw new ConfigException(
          "student.network.dl4j: %s is not JSON: %s"
              .formatted(network.dl4jFile(), e.getOriginalMessage()),
          e);
    }
  }
}
