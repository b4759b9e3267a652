package io.streamdistill.cli.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.cli.config.DistillConfig;
import io.streamdistill.config.ConfigLoader;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.student.source.PassConfig.WhenDone;
import io.streamdistill.student.source.Selection;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartConfigTest {

  @TempDir Path directory;

  @Test
  void isAConfigurationThatTheServicesAccept() throws Exception {
    DistillConfig config = loader(7, false).load(DistillConfig.class);

    assertThat(config.kafka().bootstrapServers()).isEqualTo("127.0.0.1:1234");
    assertThat(config.features().contract()).isEqualTo(FeatureContract.u8(784));
    assertThat(config.classes().map().count()).isEqualTo(10);
    assertThat(config.teacher().http().port()).isEqualTo(8181);
    assertThat(config.student().name()).isEqualTo(QuickstartConfig.STUDENT);
    assertThat(config.student().log().passExamples()).isEqualTo(60_000);
    assertThat(config.student().log().whenDone()).isEqualTo(WhenDone.EXIT);
  }

  /** What a user gets who sets nothing: the quickstart must not hide what the defaults do. */
  @Test
  void setsNothingOfHowTheStudentLearns() throws Exception {
    var student = loader(7, false).load(DistillConfig.class).student();
    var defaults =
        DistillConfig.loader()
            .file(
                Files.writeString(
                    directory.resolve("least.yaml"),
                    "{features: {shape: [784]}, classes: {count: 10}, teacher: {members: [{model: m}]}}"))
            .load(DistillConfig.class)
            .student();

    assertThat(student.features()).isEqualTo(defaults.features());
    assertThat(student.optimizer()).isEqualTo(defaults.optimizer());
    assertThat(student.learningRate()).isEqualTo(defaults.learningRate());
    assertThat(student.objective()).isEqualTo(defaults.objective());
    assertThat(student.batchSize()).isEqualTo(defaults.batchSize());
  }

  @Test
  void staysWhenItIsToBeKept() throws Exception {
    assertThat(loader(7, true).load(DistillConfig.class).student().log().whenDone())
        .isEqualTo(WhenDone.STAY);
  }

  @Test
  void baselineIsTheSameStudentOnTheHardLabelsOnly() throws Exception {
    ConfigLoader loader = loader(7, true);
    for (String setting : QuickstartConfig.baselineSettings()) {
      int equals = setting.indexOf('=');
      loader.set(setting.substring(0, equals), setting.substring(equals + 1), "--set");
    }

    var student = loader(7, false).load(DistillConfig.class).student();
    var baseline = loader.load(DistillConfig.class).student();
    assertThat(baseline.network()).isEqualTo(student.network());
    assertThat(baseline.seed()).isEqualTo(student.seed());
    assertThat(baseline.select()).isEqualTo(Selection.LABELLED);
    assertThat(baseline.objective().hardWeight()).isEqualTo(1);
    assertThat(baseline.log().whenDone()).isEqualTo(WhenDone.EXIT);
    assertThat(baseline.name()).isNotEqualTo(student.name());
  }

  private ConfigLoader loader(int passes, boolean stay) throws Exception {
    QuickstartConfig config =
        new QuickstartConfig(
            "127.0.0.1:1234",
            new QuickstartFiles(directory, directory.resolve("it's a run")),
            8181,
            8182,
            60_000,
            passes,
            stay);
    Path file = Files.writeString(directory.resolve("distill.yaml"), config.yaml());
    return DistillConfig.loader().file(file);
  }
}
