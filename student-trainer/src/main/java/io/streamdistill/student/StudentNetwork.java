package io.streamdistill.student;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.core.config.ConfigException;
import io.streamdistill.core.transfer.ClassMap;
import io.streamdistill.core.transfer.FeatureContract;
import io.streamdistill.student.onnx.OnnxExport;
import io.streamdistill.student.onnx.OnnxExportException;
import io.streamdistill.student.step.StudentNetworks;
import java.io.IOException;
import java.nio.file.Files;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Builds the network that the configuration describes. */
final class StudentNetwork {

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
