package io.streamdistill.engine.dl4j;

import static io.streamdistill.config.Require.require;

import io.streamdistill.config.ConfigException;
import io.streamdistill.engine.StudentEngine;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.StudentSpec.Described;
import io.streamdistill.engine.dl4j.device.DevicePreflight;
import io.streamdistill.engine.dl4j.onnx.NetworkExport;
import io.streamdistill.onnx.graph.OnnxExportException;
import java.util.Optional;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;

/** DL4J and ND4J: dense nets, and whatever DL4J describes, on a CPU or a GPU that ND4J supports. */
public final class Dl4jEngine implements StudentEngine {

  /** Name of the engine, and of the notation of its networks. */
  public static final String NAME = "dl4j";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public Optional<String> objection(StudentSpec student) {
    return student.network() instanceof Described other && !other.notation().equals(NAME)
        ? Optional.of("does not know networks in the notation " + other.notation())
        : Optional.empty();
  }

  @Override
  public String prepare(int threads) {
    String verdict = DevicePreflight.check().message(); // before anything loads ND4J
    NativeThreads.configure(threads);
    return verdict;
  }

  @Override
  public StudentPlan plan(StudentSpec student) {
    MultiLayerConfiguration network = StudentNetworks.configuration(student);
    try {
      NetworkExport.requireExportable(network);
    } catch (OnnxExportException e) {
      throw new ConfigException(
          "student.network.dl4j: the network cannot be exported: " + e.getMessage(), e);
    }
    if (student.network() instanceof Described described) {
      requireFit(student, described, network);
    }
    return new NetworkPlan(student, network);
  }

  private static void requireFit(
      StudentSpec student, Described described, MultiLayerConfiguration network) {
    OutputLayer last = (OutputLayer) network.getConf(network.getConfs().size() - 1).getLayer();
    require(
        last.getNOut() == student.classes(),
        "student.network.dl4j: the last layer of %s has %s outputs, there are %s classes; make them agree",
        described.origin(),
        last.getNOut(),
        student.classes());
    long features = StudentNetworks.features(network);
    require(
        features == student.features(),
        "student.network.dl4j: the first layer of %s takes %s features, an example has %s; make them agree",
        described.origin(),
        features,
        student.features());
  }

  @Override
  public StudentPlan planUntrusted(StudentSpec student) {
    if (student.network() instanceof Described described) {
      UntrustedJson.requireHarmless(described.text());
    }
    MultiLayerConfiguration network = StudentNetworks.configuration(student);
    NetworkExport.requireExportable(network);
    return new NetworkPlan(student, network);
  }
}
