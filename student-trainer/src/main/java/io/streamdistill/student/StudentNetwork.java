package io.streamdistill.student;

import static io.streamdistill.core.config.Require.require;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.core.checkpoint.CheckpointException;
import io.streamdistill.core.checkpoint.Manifest;
import io.streamdistill.core.config.ConfigException;
import io.streamdistill.core.transfer.ClassMap;
import io.streamdistill.core.transfer.FeatureContract;
import io.streamdistill.student.onnx.OnnxExport;
import io.streamdistill.student.onnx.OnnxExportException;
import io.streamdistill.student.step.OptimizerConfig;
import io.streamdistill.student.step.StudentNetworks;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Builds the network that a configuration, or a checkpoint, describes. */
final class StudentNetwork {

  private static final Pattern DL4J_CLASS =
      Pattern.compile("org\\.(deeplearning4j\\.nn|nd4j\\.linalg)\\.[\\w.$]+");

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
   *
   * @throws CheckpointException when the checkpoint describes none
   */
  static MultiLayerNetwork of(Manifest manifest) {
    JsonNode network = manifest.configuration().path("network");
    OptimizerConfig unused = new OptimizerConfig.Sgd(0);
    try {
      if (network.path("dl4j").isObject()) {
        requireClassesOfDl4j(network);
        return StudentNetworks.fromDl4jJson(network.path("dl4j").toString(), unused, 0);
      }
      require(network.path("hidden").isArray(), "it has neither network.hidden nor network.dl4j");
      List<Integer> hidden = new ArrayList<>();
      network.path("hidden").forEach(units -> hidden.add(units.asInt()));
      return StudentNetworks.dense(
          manifest.features().length(), hidden, manifest.classMap().count(), unused, 0);
    } catch (ConfigException e) {
      throw new CheckpointException(
          "the configuration in checkpoint %s describes no network that can be built: %s"
              .formatted(manifest.id(), e.getMessage()),
          e);
    }
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
