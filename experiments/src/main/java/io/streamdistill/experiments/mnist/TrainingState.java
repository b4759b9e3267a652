package io.streamdistill.experiments.mnist;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.SplittableRandom;

/**
 * All that a run needs to go on after an epoch exactly as if it had not stopped: randomness is
 * derived from seed and epoch, so it needs no state.
 *
 * @param epoch epochs done
 * @param velocity the last step of every parameter
 */
record TrainingState(int epoch, MlpWeights weights, MlpWeights velocity) {
  private static final int MAGIC = 0x5344_5453;

  static TrainingState initial(SplittableRandom random, int... widths) {
    return new TrainingState(0, MlpWeights.gaussian(random, widths), MlpWeights.zeros(widths));
  }

  TrainingState next() {
    return new TrainingState(epoch + 1, weights, velocity);
  }

  /** Writes beside the file and renames, so that a kill leaves the older state. */
  void save(Path file) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
    try (DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(Files.newOutputStream(unfinished), 1 << 20))) {
      out.writeInt(MAGIC);
      out.writeInt(epoch);
      int[] widths = weights.widths();
      out.writeInt(widths.length);
      for (int width : widths) {
        out.writeInt(width);
      }
      write(weights, out);
      write(velocity, out);
    }
    Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
  }

  static TrainingState load(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
      if (in.readInt() != MAGIC) {
        throw new IOException(file + " is no training state; delete it to start afresh");
      }
      int epoch = in.readInt();
      int[] widths = new int[in.readInt()];
      for (int i = 0; i < widths.length; i++) {
        widths[i] = in.readInt();
      }
      TrainingState state =
          new TrainingState(epoch, MlpWeights.zeros(widths), MlpWeights.zeros(widths));
      read(state.weights, in);
      read(state.velocity, in);
      return state;
    }
  }

  private static void write(MlpWeights mlp, DataOutputStream out) throws IOException {
    for (int layer = 0; layer < mlp.layers(); layer++) {
      Matrix weight = mlp.weight(layer);
      FloatBuffer values = weight.values();
      for (int i = 0; i < weight.length(); i++) {
        out.writeFloat(values.get(i));
      }
      for (float bias : mlp.bias(layer)) {
        out.writeFloat(bias);
      }
    }
  }

  private static void read(MlpWeights mlp, DataInputStream in) throws IOException {
    for (int layer = 0; layer < mlp.layers(); layer++) {
      Matrix weight = mlp.weight(layer);
      FloatBuffer values = weight.values();
      for (int i = 0; i < weight.length(); i++) {
        values.put(i, in.readFloat());
      }
      float[] bias = mlp.bias(layer);
      for (int i = 0; i < bias.length; i++) {
        bias[i] = in.readFloat();
      }
    }
  }
}
