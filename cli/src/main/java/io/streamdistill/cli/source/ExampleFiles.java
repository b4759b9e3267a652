package io.streamdistill.cli.source;

import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Files of examples, opened without options of the command line. */
public final class ExampleFiles {

  private ExampleFiles() {}

  /**
   * Opens a CSV file; what is no label is a feature.
   *
   * @param label column of the labels
   */
  public static ExampleSource csv(
      Path file, String label, FeatureContract contract, ClassMap classes) throws IOException {
    return CsvSource.open(
        file,
        ReadOptions.defaults().withColumns(new Columns(null, label, List.of())),
        contract,
        classes);
  }

  /** Opens IDX files of images and their labels. */
  public static ExampleSource idx(
      Path images, Path labels, FeatureContract contract, ClassMap classes) throws IOException {
    return IdxSource.open(images, labels, contract, classes);
  }
}
