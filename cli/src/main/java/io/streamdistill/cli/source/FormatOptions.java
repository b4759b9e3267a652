package io.streamdistill.cli.source;

import io.streamdistill.cli.source.ReadOptions.Header;
import io.streamdistill.config.ConfigException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how CSV and JSON lines are read. */
final class FormatOptions {

  @Option(
      names = "--id-column",
      paramLabel = "NAME",
      description =
          "column or field of the ids; default: field id of JSON, else prefix and row number."
              + " A column of CSV may be given by its number, from 1, or from the end by -1")
  private @Nullable String id;

  @Option(
      names = "--label-column",
      paramLabel = "NAME",
      description =
          "column or field of the labels, class names or indices; blank, NA, NaN and null mean"
              + " unknown; default: field label of JSON, none of CSV")
  private @Nullable String label;

  @Option(
      names = {"--columns", "--feature-columns"},
      paramLabel = "NAME",
      split = ",",
      description =
          "columns or fields of the features, in order; others are left out. Numbers and ranges such"
              + " as 2-5 name columns of CSV, dots fields within JSON objects (measure.a). Default: all"
              + " others of CSV; of JSON, features, or the numbers of the first object")
  private List<String> features = List.of();

  @Option(
      names = "--missing",
      paramLabel = "WHAT",
      split = ",",
      description =
          "stands in for features that are blank, NA, NaN, null, none, ? or -: a number, or"
              + " COLUMN=NUMBER for one column; skip leaves such rows out; default: they are an"
              + " error")
  private List<String> missing = List.of();

  @Option(
      names = "--one-hot",
      paramLabel = "COLUMN=A,B,...",
      description =
          "a column of categories: becomes one feature for each that is listed, 1 or 0; may be"
              + " repeated")
  private List<String> oneHot = List.of();

  @Option(
      names = "--ordinal",
      paramLabel = "COLUMN=A,B,...",
      description =
          "a column of categories: becomes one feature, the place in this list from 0; may be"
              + " repeated")
  private List<String> ordinal = List.of();

  @Option(
      names = "--decimal",
      paramLabel = "MARK",
      description = "decimal mark of numbers: point (default) or comma, as . or ,")
  private char decimal = '.';

  @Option(
      names = "--thousands",
      paramLabel = "MARK",
      description = "what groups the digits of numbers, such as , or . or ' '; default: nothing")
  private @Nullable Character thousands;

  @Option(
      names = "--separator",
      paramLabel = "CHAR",
      description = "of CSV: what separates columns, a character, tab or space; default: finds out")
  private @Nullable String separator;

  @Option(
      names = "--header",
      paramLabel = "auto|yes|no",
      description =
          "of CSV: whether the first row names the columns; default: auto, it does if it holds no"
              + " number")
  private @Nullable String header;

  @Option(
      names = "--skip-lines",
      paramLabel = "N",
      description =
          "of CSV: lines before the header, or before the data, that are passed over; default: 0")
  private int skipLines;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description = "of the text, such as windows-1252; default: utf-8, or by its byte order mark")
  private @Nullable String encoding;

  /** The names of the options that are given; empty when none is. */
  String given() {
    List<String> given = new ArrayList<>();
    add(given, id != null, "--id-column");
    add(given, label != null, "--label-column");
    add(given, !features.isEmpty(), "--columns");
    add(given, !missing.isEmpty(), "--missing");
    add(given, !oneHot.isEmpty(), "--one-hot");
    add(given, !ordinal.isEmpty(), "--ordinal");
    add(given, encoding != null, "--encoding");
    add(given, decimal != '.', "--decimal");
    add(given, thousands != null, "--thousands");
    add(given, !givenForCsv().isEmpty(), givenForCsv());
    return String.join(", ", given);
  }

  /** Of those, the names of the options that are for CSV only. */
  String givenForCsv() {
    List<String> given = new ArrayList<>();
    add(given, separator != null, "--separator");
    add(given, header != null, "--header");
    add(given, skipLines != 0, "--skip-lines");
    return String.join(", ", given);
  }

  private static void add(List<String> names, boolean given, String name) {
    if (given) {
      names.add(name);
    }
  }

  /** What the options say. */
  ReadOptions options() {
    if (decimal != '.' && decimal != ',') {
      throw new ConfigException("--decimal must be . or , got '%s'".formatted(decimal));
    }
    Map<String, Categories> categories = new HashMap<>();
    oneHot.forEach(text -> addCategories(categories, text, true));
    ordinal.forEach(text -> addCategories(categories, text, false));
    return new ReadOptions(
        new Columns(id, label, features),
        skipLines,
        separator(),
        header(),
        new NumberText(decimal, thousands),
        Missing.parse(missing),
        categories,
        charset());
  }

  private static void addCategories(Map<String, Categories> known, String text, boolean oneHot) {
    int equals = text.indexOf('=');
    String option = oneHot ? "--one-hot" : "--ordinal";
    if (equals < 1 || equals == text.length() - 1) {
      throw new ConfigException(
          "%s takes COLUMN=A,B,..., got '%s'; e.g. %s colour=red,green,blue"
              .formatted(option, text, option));
    }
    List<String> values = List.of(text.substring(equals + 1).split(",", -1));
    if (known.put(text.substring(0, equals), new Categories(values, oneHot)) != null) {
      throw new ConfigException(
          "the categories of column '%s' are given twice; give them once"
              .formatted(text.substring(0, equals)));
    }
  }

  private @Nullable Character separator() {
    if (separator == null) {
      return null;
    }
    return switch (separator) {
      case "tab", "\\t" -> '\t';
      case "space" -> ' ';
      case "comma" -> ',';
      case "semicolon" -> ';';
      default -> {
        if (separator.length() != 1 || separator.equals("\"")) {
          throw new ConfigException(
              "--separator takes one character, tab or space, got '%s'; e.g. --separator ';'"
                  .formatted(separator));
        }
        yield separator.charAt(0);
      }
    };
  }

  private Header header() {
    return header == null
        ? Header.AUTO
        : Arrays.stream(Header.values())
            .filter(value -> value.name().equals(header.toUpperCase(Locale.ROOT)))
            .findFirst()
            .orElseThrow(
                () ->
                    new ConfigException("--header must be auto, yes or no, got '" + header + "'"));
  }

  private Charset charset() {
    try {
      return Charset.forName(encoding == null ? "utf-8" : encoding);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      throw new ConfigException(
          "--encoding '%s' is not known here; e.g. utf-8, windows-1252, iso-8859-1, utf-16le, shift_jis"
              .formatted(encoding),
          e);
    }
  }
}
