package io.streamdistill.student;

import static io.streamdistill.config.Require.require;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.config.ConfigException;
import io.streamdistill.engine.NetworkSize;
import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.StudentEngine;
import io.streamdistill.engine.StudentEngines;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.student.publish.PublishedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** Plans the student that a configuration, or a checkpoint, describes. */
final class StudentNetwork {

  private static final String DL4J = "dl4j";
  private static final String HIDDEN = "hidden";

  private static final int MAX_LAYERS = 1_000;

  /** Of one example; 64 MiB, far more than a student takes. */
  private static final long MAX_ACTIVATIONS = 1 << 24;

  private StudentNetwork() {}

  /** What a configuration asks for. */
  static StudentSpec spec(StudentConfig config, FeatureContract features, ClassMap classes) {
    return new StudentSpec(
        features.length(),
        classes.count(),
        config.network().dl4j().isEmpty()
            ? new StudentSpec.Dense(config.network().hidden())
            : new StudentSpec.Described(DL4J, read(config.network()), config.network().dl4j()),
        config.optimizer().config(),
        config.seed());
  }

  /** The engine that a configuration names. */
  static StudentEngine engine(StudentConfig config, StudentSpec student) {
    return StudentEngines.find().choose(config.engine(), student);
  }

  /**
   * The student of a checkpoint, in a process that is ready to build it; its optimizer is of no
   * use. Memory is taken for no more parameters than the checkpoint holds weights.
   *
   * @throws CheckpointException when the checkpoint describes none, or a larger one
   */
  static StudentPlan of(Manifest manifest) {
    StudentEngines engines = StudentEngines.find();
    try {
      StudentSpec student = spec(manifest);
      StudentEngine engine = engines.choose(StudentEngines.AUTO, student);
      String unused = engine.prepare(Runtime.getRuntime().availableProcessors());
      StudentPlan plan = engine.planUntrusted(student);
      requireSize(plan.size(), manifest);
      return plan;
    } catch (RuntimeException e) { // ours, or any of an engine at what does not fit together
      throw new CheckpointException(
          "the configuration in checkpoint %s describes no network that can be built: %s"
              .formatted(
                  manifest.id(), e instanceof ConfigException ? e.getMessage() : e.toString()),
          e);
    }
  }

  private static StudentSpec spec(Manifest manifest) {
    return new StudentSpec(
        manifest.features().length(),
        manifest.classMap().count(),
        network(manifest.configuration().path("network")),
        new OptimizerConfig.Sgd(0),
        0);
  }

  private static StudentSpec.Network network(JsonNode network) {
    if (network.path(DL4J).isObject()) {
      return new StudentSpec.Described(DL4J, network.path(DL4J).toString(), "the checkpoint");
    }
    JsonNode units = network.path(HIDDEN);
    require(units.isArray(), "it has neither network.hidden nor network.dl4j");
    require(
        units.size() <= MAX_LAYERS,
        "network.hidden has %s layers, %s are allowed",
        units.size(),
        MAX_LAYERS);
    List<Integer> hidden = new ArrayList<>();
    for (JsonNode unit : units) {
      require(unit.isInt(), "network.hidden has %s, which is no number of units", unit);
      hidden.add(unit.intValue());
    }
    return new StudentSpec.Dense(hidden);
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
      return json.createObjectNode().<ObjectNode>set(HIDDEN, json.valueToTree(network.hidden()));
    }
    try {
      return json.createObjectNode().<ObjectNode>set(DL4J, json.readTree(read(network)));
    } catch (JsonProcessingException e) {
      throw new ConfigException(
          "student.network.dl4j: %s is not JSON: %s"
              .formatted(network.dl4jFile(), e.getOriginalMessage()),
          e);
    }
  }
}
