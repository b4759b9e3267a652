package io.streamdistill.engine.dl4j;

import io.streamdistill.engine.NetworkSize;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.Weight;
import io.streamdistill.engine.dl4j.onnx.NetworkExport;
import io.streamdistill.engine.export.ExportContract;
import java.util.Map;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;

/**
 * A network of DL4J that can be built.
 *
 * @param configuration of it; training changes that of the network, never this one
 */
record NetworkPlan(StudentSpec student, MultiLayerConfiguration configuration)
    implements StudentPlan {

  @Override
  public NetworkSize size() {
    return NetworkSizes.of(configuration, student.features());
  }

  @Override
  public long parameters() {
    return NetworkSizes.parameters(configuration);
  }

  @Override
  public long outputWidth() {
    int last = configuration.getConfs().size() - 1;
    return ((FeedForwardLayer) configuration.getConf(last).getLayer()).getNIn();
  }

  @Override
  public TrainableStudent build(TrainingSetup setup) {
    return build(setup, NetworkStudent.Steps.SUITABLE);
  }

  NetworkStudent build(TrainingSetup setup, NetworkStudent.Steps steps) {
    MultiLayerNetwork network = StudentNetworks.initialised(StudentNetworks.configuration(student));
    return new NetworkStudent(this, network, setup, steps);
  }

  @Override
  public byte[] export(
      Map<String, Weight> weights, ExportContract contract, double @Nullable [] biasShift) {
    return NetworkExport.export(configuration, weights, contract, biasShift);
  }
}
