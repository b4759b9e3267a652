package io.streamdistill.benchmarks.micro;

import io.streamdistill.records.Answer;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Target;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.records.target.Softmax;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.records.target.TargetEncoding;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.SplittableRandom;

/** Soft targets of random images of 784 bytes, over 10 classes, at T = 20. */
final class Examples {

  static final int CLASSES = 10;

  private static final double TEMPERATURE = 20;

  private final double[][] logProbabilities; // (count, classes)
  private final Target[] targets;

  Examples(int count) {
    SplittableRandom random = new SplittableRandom(1);
    logProbabilities = new double[count][CLASSES];
    targets = new Target[count];
    for (int i = 0; i < count; i++) {
      byte[] pixels = new byte[784];
      random.nextBytes(pixels);
      for (int k = 0; k < CLASSES; k++) {
        logProbabilities[i][k] = 10 * random.nextDouble();
      }
      Softmax.logSoftmax(logProbabilities[i], TEMPERATURE);
      targets[i] =
          new Target(
              new Example(
                  "example-" + i,
                  ByteBuffer.wrap(pixels),
                  FeatureType.U8,
                  i % CLASSES,
                  1f,
                  Instant.EPOCH),
              new Answer(
                  TargetCodec.encode(TargetEncoding.DENSE_F16_LOG_PROBABILITY, logProbabilities[i]),
                  TargetEncoding.DENSE_F16_LOG_PROBABILITY,
                  (float) TEMPERATURE,
                  "0123456789abcdef",
                  ClassMap.ofCount(CLASSES).hash()),
              Instant.EPOCH);
    }
  }

  double[] logProbabilities(int i) {
    return logProbabilities[i];
  }

  Target target(int i) {
    return targets[i];
  }

  byte[] encoded(int i) {
    return new AvroRecords().encode(targets[i]);
  }
}
