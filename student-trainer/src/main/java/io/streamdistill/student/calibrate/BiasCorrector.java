package io.streamdistill.student.calibrate;

import io.streamdistill.checkpoints.format.Calibration;
import io.streamdistill.config.ConfigException;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.OnnxLogits;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Task;
import io.streamdistill.student.StudentException;
import io.streamdistill.student.calibrate.BiasCorrectionConfig.Target;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the shift of biases for a model, on the newest examples of the probe topic. */
public final class BiasCorrector {

  private static final Logger log = LoggerFactory.getLogger(BiasCorrector.class);

  private final BiasCorrectionConfig config;
  private final ProbeReader reader;

  private BiasCorrector(BiasCorrectionConfig config, ProbeReader reader) {
    this.config = config;
    this.reader = reader;
  }

  /**
   * Creates a corrector.
   *
   * @param ownTopic that the student is trained on, used when the configuration names no other
   * @throws ConfigException when the prior does not fit the classes
   */
  public static BiasCorrector of(
      BiasCorrectionConfig config, KafkaSettings kafka, String ownTopic, Task task) {
    ClassMap classes = task.classes();
    if (config.target() == Target.PRIOR && config.prior().size() != classes.count()) {
      throw new ConfigException(
          "student.bias-correction.prior has %d shares, there are %d classes; list one share for each of %s"
              .formatted(config.prior().size(), classes.count(), classes.names()));
    }
    String topic = config.probeTopic().isEmpty() ? ownTopic : config.probeTopic();
    return new BiasCorrector(config, new ProbeReader(kafka, topic, task));
  }

  /**
   * Corrects a model if that is possible.
   *
   * @param model not corrected yet
   * @return empty when no correction is configured, or, with a warning, when none was found
   */
  public Optional<Calibration> correct(byte[] model, ExportContract contract) {
    if (config.target() == Target.NONE) {
      return Optional.empty();
    }
    try {
      return Optional.of(require(model, contract));
    } catch (StudentException e) {
      log.warn("the biases of {} are not corrected: {}", contract.student(), e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Corrects a model.
   *
   * @throws StudentException when there are no probe examples, or no shift is found
   */
  public Calibration require(byte[] model, ExportContract contract) {
    Probe probe = reader.read(config.probeExamples());
    double[] target = target(probe, contract.classNames());
    double[][] logits = OnnxLogits.of(model, contract, probe.features(), probe.count());
    double[] shift = BiasCorrection.solve(logits, target);
    return new Calibration(
        config.target().name().toLowerCase(Locale.ROOT),
        reader.topic(),
        probe.count(),
        list(BiasCorrection.meanPrediction(logits, new double[target.length])),
        list(target),
        list(BiasCorrection.meanPrediction(logits, shift)),
        list(shift));
  }

  private double[] target(Probe probe, List<String> classNames) {
    if (config.target() == Target.PRIOR) {
      return config.prior().stream().mapToDouble(Double::doubleValue).toArray();
    }
    double[] mean = probe.teacherMean();
    for (int k = 0; k < mean.length; k++) {
      if (!(mean[k] > 0)) {
        throw new StudentException(
            "the teacher gives class %s no probability in any of the %d soft targets read from topic %s; set student.bias-correction.probe-topic to one with examples of every class"
                .formatted(classNames.get(k), probe.count(), reader.topic()));
      }
    }
    return mean;
  }

  private static List<Double> list(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
