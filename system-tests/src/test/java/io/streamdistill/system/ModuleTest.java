package io.streamdistill.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules for the source tree of all modules. */
final class ModuleTest {

  /** A Javadoc comment that begins with a sentence, then the annotation. */
  private static final Pattern DESCRIBED =
      Pattern.compile(
          "\\A/\\*\\*[\\s*]*[A-Z{].*?[.](\\s.*?)?\\*/\\s*@NullMarked\\s+package ", Pattern.DOTALL);

  @Test
  void everyPackageSaysWhatItIsFor() throws IOException {
    Set<Path> packages = packages();
    assertThat(packages).as("packages found").hasSizeGreaterThan(20);
    for (Path folder : packages) {
      Path info = folder.resolve("package-info.java");
      assertThat(info).exists();
      assertThat(Files.readString(info)).as("%s", info).containsPattern(DESCRIBED);
    }
  }

  /** Folders with sources below the main packages of every module. */
  private static Set<Path> packages() throws IOException {
    Set<Path> packages = new TreeSet<>();
    List<Path> modules;
    try (Stream<Path> folders = Files.list(Path.of(".."))) {
      modules = folders.filter(folder -> Files.exists(folder.resolve("pom.xml"))).toList();
    }
    for (Path module : modules) {
      Path sources = module.resolve("src/main/java/io/streamdistill");
      if (Files.exists(sources)) {
        try (Stream<Path> files = Files.walk(sources)) {
          packages.addAll(
              files
                  .filter(file -> file.toString().endsWith(".java"))
                  .map(Path::getParent)
                  .collect(Collectors.toSet()));
        }
      }
    }
    return packages;
  }
}
