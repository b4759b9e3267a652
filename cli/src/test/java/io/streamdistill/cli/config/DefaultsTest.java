package io.streamdistill.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.streamdistill.checkpoints.store.S3Settings;
import io.streamdistill.config.ConfigLoader;
import io.streamdistill.config.Effective.Entry;
import io.streamdistill.kafka.TopicsConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class DefaultsTest {

  /** Keys that a default would only hide a mistake in, or whose absence has a meaning. */
  private static final Set<String> WITHOUT =
      Set.of(
          "features.shape",
          "features.scale",
          "features.offset",
          "classes.names",
          "classes.count",
          "teacher.features.scale",
          "teacher.features.offset");

  private static ConfigLoader loader() {
    return DistillConfig.loader();
  }

  private static ConfigLoader complete() {
    return loader()
        .set("features.shape", "[784]", "--set")
        .set("classes.count", "10", "--set")
        .set("teacher.members", "[{model: m.onnx}]", "--set");
  }

  @Test
  void everyKeyHasADefaultOrIsRequired() {
    assertThat(loader().effective().entries())
        .filteredOn(entry -> entry.origin().isEmpty())
        .extracting(Entry::key)
        .containsExactlyInAnyOrderElementsOf(WITHOUT);
  }

  @Test
  void withTheRequiredKeysTheDefaultsAreValid() {
    assertThatCode(() -> complete().load(DistillConfig.class)).doesNotThrowAnyException();
  }

  @Test
  void sectionsHaveTheDefaultsThatTheirRecordsHave() {
    record View(TopicsConfig topics, S3Settings s3) {}

    assertThat(loader().load(View.class))
        .isEqualTo(new View(TopicsConfig.defaults(), S3Settings.defaults()));
  }

  @Test
  void everyKeyIsExplained() {
    List<String> lines = DistillConfig.defaults().lines().toList();
    for (int i = 1; i < lines.size(); i++) {
      String line = lines.get(i);
      boolean sectionBelowOthers = line.matches(" *[a-z-]+:");
      if (!line.isBlank() && !line.strip().startsWith("#") && !sectionBelowOthers) {
        assertThat(lines.get(i - 1).strip()).as("the line above '%s'", line).startsWith("#");
      }
    }
    WITHOUT.forEach(
        key ->
            assertThat(lines)
                .anyMatch(
                    line ->
                        line.matches(" +# +" + key.substring(key.lastIndexOf('.') + 1) + ":.*")));
  }

  @Test
  void theExampleAtTheTopIsValid() {
    assertThatCode(() -> loader().file(Path.of("..", "distill.yaml")).load(DistillConfig.class))
        .doesNotThrowAnyException();
  }
}
