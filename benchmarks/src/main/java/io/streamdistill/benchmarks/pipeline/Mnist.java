package io.streamdistill.benchmarks.pipeline;

import io.streamdistill.cli.source.ExampleSource;
import io.streamdistill.cli.source.Row;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.data.IdxFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The training images of MNIST, in memory; again from the start after the last. */
final class Mnist implements ExampleSource.Opener {

  static final FeatureContract PIXELS = FeatureContract.u8(784);
  static final ClassMap DIGITS = ClassMap.ofCount(10);

  private static final float WEIGHT = 1;

  private final IdxFile images;
  private final IdxFile labels;
  private int next;

  private Mnist(IdxFile images, IdxFile labels) {
    this.images = images;
    this.labels = labels;
  }

  static Mnist read(Path home) throws IOException {
    return new Mnist(IdxFile.read(images(home), 3), IdxFile.read(labels(home), 1));
  }

  static Path images(Path home) {
    return home.resolve("datasets/mnist/train-images-idx3-ubyte.gz");
  }

  static Path labels(Path home) {
    return home.resolve("datasets/mnist/train-labels-idx1-ubyte.gz");
  }

  static Path teacher(Path home) {
    return home.resolve("models/mnist-teacher/model.onnx");
  }

  int count() {
    return images.count();
  }

  /** Pixels of an image, (784). */
  byte[] image(int index) {
    return images.item(index % images.count());
  }

  /** Opens it where the last one ended, so that one production goes on where another stopped. */
  @Override
  public ExampleSource open() {
    return new ExampleSource() {
      @Override
      public @Nullable Row next() {
        int row = next++;
        return new Row.Example(
            row,
            null,
            ByteBuffer.wrap(image(row)),
            labels.value(row % labels.count(), 0),
            WEIGHT,
            null);
      }

      @Override
      public OptionalLong total() {
        return OptionalLong.empty();
      }

      @Override
      public void close() {}
    };
  }
}
