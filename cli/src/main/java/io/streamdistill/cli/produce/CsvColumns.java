package io.streamdistill.cli.produce;

import io.streamdistill.core.config.ConfigException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of a CSV file mean what, by the names in its header.
 *
 * @param id column of the ids; null when rows have none
 * @param label column of the labels; null when rows have none
 * @param features columns of the features, in the contract's order; empty, the default, means every
 *     other column in the file's order
 */
public record CsvColumns(@Nullable String id, @Nullable String label, List<String> features) {

  private static final int SHOWN = 20;

  /** Copies. */
  public CsvColumns {
    features = List.copyOf(features);
  }

  /** Where the columns of a file are: their positions, -1 for none. */
  record Positions(int id, int label, List<Integer> features, List<String> header) {}

  /** Finds the columns in {@code header}. */
  Positions in(List<String> header, Path file) {
    List<String> names =
        features.isEmpty()
            ? header.stream()
                .filter(name -> !Objects.equals(name, id) && !Objects.equals(name, label))
                .toList()
            : features;
    return new Positions(
        position(header, id, file),
        position(header, label, file),
        names.stream().map(name -> position(header, name, file)).toList(),
        header);
  }

  private static int position(List<String> header, @Nullable String name, Path file) {
    if (name == null) {
      return -1;
    }
    int[] found =
        IntStream.range(0, header.size()).filter(i -> header.get(i).equals(name)).toArray();
    if (found.length != 1) {
      throw new ConfigException(
          "%s:1: the header has %s column '%s'; it has %s"
              .formatted(file, found.length == 0 ? "no" : "more than one", name, excerpt(header)));
    }
    return found[0];
  }

  private static String excerpt(List<String> header) {
    return String.join(", ", header.subList(0, Math.min(header.size(), SHOWN)))
        + (header.size() > SHOWN ? ", ..." : "");
  }
}
