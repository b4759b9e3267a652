package io.streamdistill.student;

import io.streamdistill.records.Answer;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Target;
import io.streamdistill.records.data.IdxFile;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.records.target.TargetEncoding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** MNIST as it lies in the repository, and soft targets made of its labels. */
final class Digits {

  private static final Path MNIST =
      Path.of("..").toAbsolutePath().normalize().resolve("datasets/mnist");

  private Digits() {}

  static List<Target> softTargets(ClassMap classes, int count) throws IOException {
    byte[] images = items("train-images-idx3-ubyte.gz", 3, count);
    byte[] labels = items("train-labels-idx1-ubyte.gz", 1, count);
    int length = images.length / count;
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double[] logProbabilities = new double[classes.count()];
      Arrays.fill(logProbabilities, Math.log(0.1 / (classes.count() - 1)));
      logProbabilities[labels[i]] = Math.log(0.9);
      targets.add(
          new Target(
              new Example(
                  "digit-" + i,
                  ByteBuffer.wrap(images, i * length, length).slice(),
                  FeatureType.U8,
                  (int) labels[i],
                  1,
                  Instant.now()),
              new Answer(
                  TargetCodec.encode(TargetEncoding.DENSE_F32, logProbabilities),
                  TargetEncoding.DENSE_F32,
                  4,
                  "labels, smoothed",
                  classes.hash()),
              Instant.now()));
    }
    return targets;
  }

  /** The first items, one after the other. */
  static byte[] items(String file, int rank, int count) throws IOException {
    IdxFile items = IdxFile.read(MNIST.resolve(file), rank);
    ByteBuffer bytes = ByteBuffer.allocate(count * items.itemLength());
    for (int i = 0; i < count; i++) {
      bytes.put(items.item(i));
    }
    return bytes.array();
  }
}
