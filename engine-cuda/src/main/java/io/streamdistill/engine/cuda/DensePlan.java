package io.streamdistill.engine.cuda;

import static io.streamdistill.config.Require.require;

import io.streamdistill.config.ConfigException;
import io.streamdistill.engine.DenseExport;
import io.streamdistill.engine.NetworkSize;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.Weight;
import io.streamdistill.engine.cuda.device.Device;
import io.streamdistill.engine.cuda.driver.CudaDevice;
import io.streamdistill.engine.cuda.driver.CudaOptions;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.objective.DistillationConfig;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A dense student that can be built on a device.
 *
 * @param devices opens one for each student
 */
record DensePlan(StudentSpec student, StudentSpec.Dense network, Supplier<? extends Device> devices)
    implements StudentPlan {

  static DensePlan of(StudentSpec student, Supplier<? extends Device> devices) {
    if (student.network() instanceof StudentSpec.Dense dense) {
      return new DensePlan(student, dense, devices);
    }
    throw new ConfigException("student.engine cuda " + CudaEngine.notation(student.network()));
  }

  static DensePlan of(StudentSpec student, CudaOptions options) {
    return of(student, () -> CudaDevice.open(options));
  }

  @Override
  public NetworkSize size() {
    long activations = Math.addExact(student.features(), (long) student.classes());
    for (int units : network.hidden()) {
      activations = Math.addExact(activations, (long) units);
    }
    return new NetworkSize(parameters(), activations);
  }

  @Override
  public long parameters() {
    long parameters = 0;
    long in = student.features();
    for (int i = 0; i <= network.hidden().size(); i++) {
      long out = i < network.hidden().size() ? network.hidden().get(i) : student.classes();
      parameters = Math.addExact(parameters, Math.multiplyExact(in + 1, out));
      in = out;
    }
    return parameters;
  }

  @Override
  public long outputWidth() {
    int hidden = network.hidden().size();
    return hidden == 0 ? student.features() : network.hidden().get(hidden - 1);
  }

  @Override
  public TrainableStudent build(TrainingSetup setup) {
    if (!(setup.objective() instanceof DistillationConfig objective)) {
      throw new ConfigException(
          "student.engine cuda does not know the objective %s; dl4j knows every one"
              .formatted(setup.objective()));
    }
    int states = Rates.of(student.optimizer()).states();
    require(
        parameters() <= Integer.MAX_VALUE / Float.BYTES / Math.max(1, states),
        "student.engine cuda takes students of 2 GiB at most, this one has %s parameters",
        parameters());
    long most = Integer.MAX_VALUE / Double.BYTES / size().activations();
    require(
        setup.batchSize() <= most,
        "student.batch-size %s is too large for student.engine cuda: with %s activations a record it may be %s",
        setup.batchSize(),
        size().activations(),
        most);
    DenseShape shape = DenseShape.of(student, network);
    Device device = devices.get();
    try {
      return new DeviceStudent(student, shape, setup, objective, device);
    } catch (RuntimeException e) { // there may be too little memory
      try {
        device.close();
      } catch (RuntimeException onClosing) {
        e.addSuppressed(onClosing);
      }
      throw e;
    }
  }

  @Override
  public byte[] export(
      Map<String, Weight> weights, ExportContract contract, double @Nullable [] biasShift) {
    return DenseExport.write(network.hidden().size() + 1, weights, contract, biasShift);
  }
}
