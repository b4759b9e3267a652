package io.streamdistill.system.shipped;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.cli.config.DistillConfig;
import io.streamdistill.config.ConfigLoader;
import io.streamdistill.config.Effective;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The configuration that the documentation shows is one that the program takes. */
final class ConfigurationTest {

  private static final Pattern YAML = Pattern.compile("(?s)```yaml\\n(.*?)```");
  private static final Pattern VARIABLE =
      Pattern.compile("\\| `(\\S+)` \\| `(DISTILL_\\w+)=(.*)` \\|");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/configuration.md", "docs/teachers.md"})
  void everyKeyInTheExamplesIsKnown(String document) throws IOException {
    for (String yaml : examples(document)) {
      assertThat(loader(yaml, Map.of()).effective().entries()).as(yaml).isNotEmpty();
    }
  }

  @Test
  void theFirstExampleInTheReadmeIsComplete() throws IOException {
    DistillConfig config = loader(examples("README.md").get(0), Map.of()).load(DistillConfig.class);

    assertThat(config.topics().transferSet()).isEqualTo("camera-images");
  }

  @Test
  void everyVariableSetsTheKeyBesideIt() throws IOException {
    String document = Files.readString(Repository.file("docs/configuration.md"));
    List<MatchResult> rows = VARIABLE.matcher(document).results().toList();

    assertThat(rows).hasSizeGreaterThan(4);
    for (MatchResult row : rows) {
      String value = row.group(3).replaceAll("^'|'$", "");
      assertThat(loader("", Map.of(row.group(2), value)).effective().entries())
          .filteredOn(entry -> entry.origin().equals("env " + row.group(2)))
          .extracting(Effective.Entry::key)
          .isNotEmpty()
          .allMatch(key -> key.startsWith(row.group(1)));
    }
  }

  private static List<String> examples(String document) throws IOException {
    return YAML.matcher(Files.readString(Repository.file(document)))
        .results()
        .map(example -> example.group(1))
        .toList();
  }

  private ConfigLoader loader(String yaml, Map<String, String> environment) throws IOException {
    Path file = Files.writeString(directory.resolve("example.yaml"), yaml);
    return new ConfigOptions(environment, directory).loader().file(file);
  }
}
