package io.streamdistill.engine.dl4j;

import static io.streamdistill.config.Require.require;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.config.ConfigException;
import java.util.regex.Pattern;

/** DL4J creates objects of the classes that its JSON names: a checkpoint may not name others. */
final class UntrustedJson {

  private static final Pattern DL4J_CLASS =
      Pattern.compile("org\\.(deeplearning4j\\.nn|nd4j\\.linalg)\\.[\\w.$]+");

  private static final int MAX_LAYERS = 1_000;

  private UntrustedJson() {}

  /**
   * Looks through it before DL4J does.
   *
   * @throws ConfigException when it names a class that is none of DL4J, or has too many layers
   */
  static void requireHarmless(String json) {
    JsonNode network;
    try {
      network = new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new ConfigException("network.dl4j is no JSON: " + e.getOriginalMessage(), e);
    }
    for (JsonNode name : network.findValues("@class")) {
      require(
          DL4J_CLASS.matcher(name.asText()).matches(),
          "it names the class %s, which is none of DL4J",
          name);
    }
    require(
        network.path("confs").size() <= MAX_LAYERS,
        "network.dl4j.confs has %s layers, %s are allowed",
        network.path("confs").size(),
        MAX_LAYERS);
  }
}
