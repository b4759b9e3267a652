package io.streamdistill.student.publish;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a network computes, a line per layer, such as {@code layer 0: dense 784 -> 800, relu}. How
 * it is trained (optimizer, regularisation, dropout, initial weights) is no part of it. Weights of
 * one network are of use in another when their architectures are equal.
 *
 * @param layers from the input to the output
 */
record Architecture(List<String> layers) {

  /** Keys of DL4J's layers that concern training alone, or nothing but a name. */
  private static final Set<String> NOT_COMPUTED =
      Set.of(
          "biasInit",
          "biasUpdater",
          "constraints",
          "cudnnAlgoMode",
          "cudnnAllowFallback",
          "cudnnBwdDataAlgo",
          "cudnnBwdFilterAlgo",
          "cudnnFwdAlgo",
          "gainInit",
          "gradientNormalization",
          "gradientNormalizationThreshold",
          "idropout",
          "iupdater",
          "layerName",
          "lossFn",
          "lossFunction",
          "regularization",
          "regularizationBias",
          "weightInitFn",
          "weightNoise");

  /** What every layer has, and what a dense one has unless it is an unusual one. */
  private static final Map<String, String> USUAL =
      Map.of("hasBias", "true", "hasLayerNorm", "false");

  Architecture {
    layers = List.copyOf(layers);
  }

  /**
   * The architecture that a checkpoint or a configuration describes; without layers when it
   * describes none.
   *
   * @param network {@code hidden}, a list of units, or {@code dl4j}, a DL4J configuration
   */
  static Architecture of(JsonNode network, FeatureContract features, ClassMap classes) {
    List<String> layers = new ArrayList<>();
    if (network.path("dl4j").isObject()) {
      describe(network.path("dl4j"), layers);
    } else if (network.path("hidden").isArray()) {
      long in = features.length();
      for (JsonNode units : network.path("hidden")) {
        layers.add("layer %d: dense %d -> %s, relu".formatted(layers.size(), in, units.asText()));
        in = units.asLong();
      }
      layers.add("layer %d: output %d -> %d".formatted(layers.size(), in, classes.count()));
    }
    return new Architecture(layers);
  }

  private static void describe(JsonNode dl4j, List<String> lines) {
    JsonNode layers = dl4j.path("confs");
    for (int index = 0; index < layers.size(); index++) {
      JsonNode before = dl4j.path("inputPreProcessors").path(Integer.toString(index));
      if (before.isObject()) {
        lines.add("before layer %d: %s%s".formatted(index, name(before), rest(before, Set.of())));
      }
      JsonNode layer = layers.get(index).path("layer");
      lines.add("layer %d: %s".formatted(index, describe(layer, index == layers.size() - 1)));
    }
  }

  /** Of the last layer, training replaces the activation. */
  private static String describe(JsonNode layer, boolean last) {
    StringBuilder line = new StringBuilder(name(layer));
    if (layer.hasNonNull("nin") && layer.hasNonNull("nout")) {
      line.append(" %s -> %s".formatted(layer.get("nin").asText(), layer.get("nout").asText()));
    }
    if (!last && layer.path("activationFn").isObject()) {
      line.append(", ").append(name(layer.get("activationFn")));
      line.append(rest(layer.get("activationFn"), Set.of()));
    }
    return line.append(rest(layer, Set.of("nin", "nout", "activationFn"))).toString();
  }

  /** {@code org.nd4j.linalg.activations.impl.ActivationReLU} is {@code relu}. */
  private static String name(JsonNode object) {
    String type = object.path("@class").asText("unknown");
    return type.substring(type.lastIndexOf('.') + 1)
        .replaceFirst("^Activation(?=.)", "")
        .replaceFirst("(?<=.)Layer$", "")
        .toLowerCase(Locale.ROOT);
  }

  private static String rest(JsonNode object, Set<String> said) {
    Map<String, String> rest = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String key = field.getKey();
      String value =
          field.getValue().isValueNode() ? field.getValue().asText() : field.getValue().toString();
      if (!key.equals("@class")
          && !said.contains(key)
          && !NOT_COMPUTED.contains(key)
          && !field.getValue().isNull()
          && !value.equals(USUAL.get(key))) {
        rest.put(key, value);
      }
    }
    StringBuilder text = new StringBuilder();
    rest.forEach((key, value) -> text.append(", ").append(key).append(' ').append(value));
    return text.toString();
  }
}
