package io.streamdistill.experiments.defaults;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.streamdistill.experiments.defaults.Product.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** What a task sets, and what its result depends on. */
public final class Configured {

  /** A description of the task: features, classes, teacher, size of the net, passes. */
  private static final Pattern OF_A_TASK =
      Pattern.compile(
          "features\\.(type|shape|scale)|classes\\.(count|names)|teacher\\.(features|members).*"
              + "|student\\.(name|network\\.(hidden|dl4j)|log\\.passes)");

  private static final Pattern SECTIONS =
      Pattern.compile("(features|classes|teacher|student)\\..*");

  /** Where services run and what they are called, which has no part in learning. */
  private static final Pattern PLACE =
      Pattern.compile(
          "teacher\\.application-id|student\\.(name|seed)|.*\\.http\\..*|.*\\.work-dir");

  private Configured() {}

  /** Keys of a task's file beside those that describe it; a task of the matrix has none. */
  public static List<String> extras(List<Setting> settings) {
    return settings.stream()
        .filter(setting -> !setting.isDefault() && !OF_A_TASK.matcher(setting.key()).matches())
        .map(Setting::key)
        .toList();
  }

  /** A short hash of every key that bears on what is learned, and of the task's files. */
  static String fingerprint(List<Setting> settings, ForeignTask task) throws IOException {
    MessageDigest hash = sha256();
    settings.stream()
        .filter(setting -> SECTIONS.matcher(setting.key()).matches())
        .filter(setting -> !PLACE.matcher(setting.key()).matches())
        .forEach(
            setting -> hash.update((setting.key() + "=" + setting.value() + "\n").getBytes(UTF_8)));
    List<Path> files = new ArrayList<>(List.of(task.train().file(), task.testTeacher()));
    settings.stream()
        .filter(setting -> setting.key().matches("teacher\\.members\\[\\d+]\\.model"))
        .forEach(setting -> files.add(Path.of(setting.value())));
    for (Path file : files) {
      hash.update(Files.readAllBytes(file));
    }
    return HexFormat.of().formatHex(hash.digest(), 0, 4);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
