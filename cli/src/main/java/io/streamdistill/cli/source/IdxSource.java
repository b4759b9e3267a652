package io.streamdistill.cli.source;

import io.streamdistill.config.ConfigException;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.data.IdxFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Images, and labels where there are any, in the IDX format of MNIST. */
public final class IdxSource implements ExampleSource {

  private static final int IMAGES = 3;
  private static final int LABELS = 1;

  private final IdxFile images; // (count, rows, columns)
  private final @Nullable IdxFile labels; // (count)
  private final FeatureContract contract;
  private final FeatureEncoder encoder;
  private int position;

  private IdxSource(IdxFile images, @Nullable IdxFile labels, FeatureContract contract) {
    this.images = images;
    this.labels = labels;
    this.contract = contract;
    this.encoder = new FeatureEncoder(contract);
  }

  /**
   * Reads the files, plain or gzip, and checks all of them.
   *
   * @param labelFile one label per image; null for unlabelled examples
   * @throws ConfigException when images and labels do not fit each other, the contract or the
   *     classes
   * @throws IOException when a file is not what it should be
   */
  public static IdxSource open(
      Path imageFile, @Nullable Path labelFile, FeatureContract contract, ClassMap classes)
      throws IOException {
    IdxFile images = IdxFile.read(imageFile, IMAGES);
    if (images.itemLength() != contract.length()) {
      throw new ConfigException(
          "%s: an image has %d values, features.shape %s has %d; set features.shape to [%d]"
              .formatted(
                  imageFile,
                  images.itemLength(),
                  contract.shape(),
                  contract.length(),
                  images.itemLength()));
    }
    if (labelFile == null) {
      return new IdxSource(images, null, contract);
    }
    IdxFile labels = IdxFile.read(labelFile, LABELS);
    if (labels.count() != images.count()) {
      throw new ConfigException(
          "%s holds %d labels, %s %d images; pass the two files of one set"
              .formatted(labelFile, labels.count(), imageFile, images.count()));
    }
    for (int item = 0; item < labels.count(); item++) {
      if (labels.value(item, 0) >= classes.count()) {
        throw new ConfigException(
            "%s: label %d of item %d is not one of the %d classes; add the class, or pass other"
                    .formatted(labelFile, labels.value(item, 0), item, classes.count())
                + " labels");
      }
    }
    return new IdxSource(images, labels, contract);
  }

  /** Opens the same files as often as asked, but reads and checks them once. */
  static ExampleSource.Opener opener(
      Path imageFile, @Nullable Path labelFile, FeatureContract contract, ClassMap classes) {
    return new ExampleSource.Opener() {
      private @Nullable IdxSource read;

      @Override
      public ExampleSource open() throws IOException {
        if (read == null) {
          read = IdxSource.open(imageFile, labelFile, contract, classes);
        }
        return new IdxSource(read.images, read.labels, contract);
      }
    };
  }

  @Override
  public @Nullable Row next() {
    if (position == images.count()) {
      return null;
    }
    int item = position++;
    Integer label = labels == null ? null : labels.value(item, 0);
    return new Row.Example(item, null, features(item), label, 1, null);
  }

  private ByteBuffer features(int item) {
    if (contract.type() == FeatureType.U8) {
      return ByteBuffer.wrap(images.item(item));
    }
    ByteBuffer features = encoder.allocate();
    try {
      for (int offset = 0; offset < encoder.length(); offset++) {
        encoder.put(features, "value", images.value(item, offset));
      }
    } catch (UnfitRow e) {
      throw new IllegalStateException("0 to 255 fits every element type", e);
    }
    return features.flip();
  }

  @Override
  public OptionalLong total() {
    return OptionalLong.of(images.count());
  }

  @Override
  public void close() {}
}
