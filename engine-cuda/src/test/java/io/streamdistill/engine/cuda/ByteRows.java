package io.streamdistill.engine.cuda;

import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.records.Answer;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Standardisation;
import io.streamdistill.records.Target;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.records.target.TargetEncoding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Rows of random features, every third of them labelled, for students of ten classes. */
record ByteRows(FeatureContract contract, @Nullable Standardisation standardisation) {

  static final int CLASSES = 10;
  static final DistillationConfig OBJECTIVE = DistillationConfig.DEFAULT;

  /** MNIST's. */
  static ByteRows ofMnist() {
    return new ByteRows(FeatureContract.u8(784), null);
  }

  TrainingSetup setup(int batch) {
    return new TrainingSetup(contract, standardisation, OBJECTIVE, batch, 1);
  }

  /** Fills a batch; the same seed gives the same rows. */
  RowBatch fill(RowBatch batch, long seed) {
    var random = new Random(seed);
    for (int row = 0; row < batch.capacity(); row++) {
      double[] logProbabilities = new double[CLASSES];
      double sum = 0;
      for (int k = 0; k < CLASSES; k++) {
        logProbabilities[k] = random.nextGaussian();
        sum += Math.exp(logProbabilities[k]);
      }
      for (int k = 0; k < CLASSES; k++) {
        logProbabilities[k] -= Math.log(sum);
      }
      Integer label = row % 3 == 0 ? random.nextInt(CLASSES) : null;
      Example example =
          new Example("row", features(random), contract.type(), label, 1, Instant.EPOCH);
      Answer answer =
          new Answer(
              TargetCodec.encode(TargetEncoding.DENSE_F32, logProbabilities),
              TargetEncoding.DENSE_F32,
              (float) OBJECTIVE.temperature(),
              "teacher",
              "classes");
      batch.put(row, new Target(example, answer, Instant.EPOCH), logProbabilities);
    }
    return batch;
  }

  /** Any byte; of halves and floats, numbers around 0. */
  private ByteBuffer features(Random random) {
    ByteBuffer bytes = ByteBuffer.allocate(contract.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < contract.length(); i++) {
      switch (contract.type()) {
        case U8 -> bytes.put((byte) random.nextInt());
        case F16 -> bytes.putShort((short) (random.nextInt() & 0xbfff)); // none is infinite
        case F32 -> bytes.putFloat((float) random.nextGaussian());
      }
    }
    return bytes.flip();
  }
}
