package io.streamdistill.cli.source;

import io.streamdistill.config.ConfigException;
import io.streamdistill.records.FeatureContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Where the columns of a CSV file are: their positions, -1 for none.
 *
 * @param count columns of the file
 */
record CsvColumns(int id, int label, List<CsvColumns.Feature> features, int count) {

  /**
   * A column of features.
   *
   * @param seen texts that it holds in the first rows
   */
  record Feature(int position, FeatureValues.Place place, Set<String> seen) {}

  private static final Pattern RANGE = Pattern.compile("(\\d+)-(\\d+)");
  private static final int MAX_SUGGESTED = 30;

  /** Finds the columns that the options name in the file. */
  static CsvColumns of(
      Path file, CsvLayout layout, Columns wanted, FeatureValues values, FeatureContract contract) {
    Search search = new Search(file, layout, wanted);
    CsvColumns found = search.columns();
    int width = found.features().stream().mapToInt(f -> values.width(f.place().column())).sum();
    if (width != contract.length()) {
      throw new ConfigException(search.misfit(found, width, contract));
    }
    return found;
  }

  /** One search for columns. */
  private record Search(Path file, CsvLayout layout, Columns wanted, List<String> names) {

    Search(Path file, CsvLayout layout, Columns wanted) {
      this(file, layout, wanted, layout.names());
    }

    CsvColumns columns() {
      int id = position(wanted.id(), "--id-column");
      int label = position(wanted.label(), "--label-column");
      List<Integer> features = new ArrayList<>();
      if (wanted.features().isEmpty()) {
        IntStream.range(0, names.size())
            .filter(i -> i != id && i != label && !names.get(i).isEmpty())
            .forEach(features::add);
      } else {
        wanted.features().forEach(name -> addNamed(name, features));
      }
      return new CsvColumns(id, label, features.stream().map(this::feature).toList(), names.size());
    }

    private Feature feature(int position) {
      Set<String> seen = new TreeSet<>();
      for (List<String> row : layout.sample()) {
        if (position < row.size() && !NumberText.isMissing(row.get(position))) {
          seen.add(row.get(position).strip());
        }
      }
      return new Feature(
          position, new FeatureValues.Place(title(position), names.get(position)), seen);
    }

    private String title(int position) {
      return layout.header() == null || names.get(position).isEmpty()
          ? "column %d".formatted(position + 1)
          : "column '%s'".formatted(Excerpt.of(names.get(position)));
    }

    private void addNamed(String name, List<Integer> features) {
      Matcher range = RANGE.matcher(name);
      if (!names.contains(name) && range.matches()) {
        int last = position(range.group(2), "--columns");
        for (int i = position(range.group(1), "--columns"); i <= last; i++) {
          features.add(i);
        }
      } else {
        features.add(position(name, "--columns"));
      }
    }

    private int position(@Nullable String name, String option) {
      if (name == null) {
        return -1;
      }
      String wantedName = name.strip();
      int[] found =
          IntStream.range(0, names.size()).filter(i -> names.get(i).equals(wantedName)).toArray();
      if (found.length == 1) {
        return found[0];
      }
      if (found.length > 1) {
        throw new ConfigException(
            "%s:%d: the header has more than one column '%s'; say which by its number, e.g. %s %d"
                .formatted(file, layout.firstLine(), name, option, found[0] + 1));
      }
      if (wantedName.matches("-?\\d{1,7}")) {
        int number = Integer.parseInt(wantedName);
        int position = number < 0 ? names.size() + number : number - 1;
        if (position >= 0 && position < names.size()) {
          return position;
        }
      }
      throw new ConfigException(
          layout.header() == null
              ? "%s:%d: there is no column '%s' of %s: the first line holds numbers, so that it is taken for data; name columns by their number, 1 to %d, or say --header yes"
                  .formatted(file, layout.firstLine(), name, option, names.size())
              : "%s:%d: the header has no column '%s'%s; it has %s%s"
                  .formatted(
                      file,
                      layout.firstLine(),
                      name,
                      separatorHint(),
                      Excerpt.of(names),
                      layout.remark()));
    }

    private String separatorHint() {
      return names.size() > 1 || !layout.remark().isEmpty()
          ? ""
          : " (it is one column; say what separates the columns with --separator)";
    }

    /** Why the columns are not what the contract wants, and the option that may mend it. */
    String misfit(CsvColumns found, int width, FeatureContract contract) {
      List<String> chosen = found.features().stream().map(f -> f.place().column()).toList();
      List<Feature> text = found.features().stream().filter(this::isText).toList();
      List<String> numeric =
          found.features().stream().filter(f -> !isText(f)).map(f -> f.place().column()).toList();
      StringBuilder message =
          new StringBuilder(
              "%s:%d: %d feature column%s (%s), but features.shape %s has %d elements"
                  .formatted(
                      file,
                      layout.firstLine(),
                      width,
                      width == 1 ? "" : "s",
                      Excerpt.of(chosen),
                      contract.shape(),
                      contract.length()));
      if (!layout.remark().isEmpty()) {
        return message.append(layout.remark()).toString();
      }
      if (names.size() == 1) {
        message.append("; say what separates the columns with --separator");
        return message.toString();
      }
      if (!text.isEmpty()) {
        message.append("; no numbers are in ").append(described(text));
      }
      if (text.size() == 1 && numeric.size() == contract.length() && wanted.label() == null) {
        return message
            .append("; say --label-column ")
            .append(text.get(0).place().column())
            .append(" if these are the labels, or choose the features with --columns")
            .toString();
      }
      if (numeric.size() == contract.length()
          && numeric.size() <= MAX_SUGGESTED
          && !text.isEmpty()
          && new HashSet<>(numeric).size() == numeric.size()) {
        message.append("; choose the features with --columns ").append(String.join(",", numeric));
      } else {
        message.append("; choose the features with --columns (names, or numbers such as 1-4)");
      }
      return message
          .append(", and name others with --label-column and --id-column; or change features.shape")
          .toString();
    }

    private boolean isText(Feature feature) {
      return feature.seen().stream()
          .anyMatch(
              value -> !NumberText.looksLikeNumber(value) && NumberText.bool(value).isEmpty());
    }

    private static String described(List<Feature> text) {
      return Excerpt.of(
          text.stream()
              .map(
                  f ->
                      "%s ('%s')"
                          .formatted(f.place().column(), Excerpt.of(f.seen().iterator().next())))
              .toList());
    }
  }
}
