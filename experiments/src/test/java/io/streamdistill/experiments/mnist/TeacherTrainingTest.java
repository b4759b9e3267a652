package io.streamdistill.experiments.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TeacherTrainingTest {
  private static final Path MNIST = Path.of("..", "datasets", "mnist");
  private static final int[] WIDTHS = {784, 64, 64, 10};

  @SuppressWarnings("NullAway.Init")
  private MnistData data;

  @BeforeAll
  void read() throws IOException {
    data = MnistData.test(MNIST); // the smaller file; nothing is claimed of its images here
  }

  private static TeacherSettings settings(int epochs, long seed) {
    return new TeacherSettings(epochs, 50, 0.1, 0.9, 0.1, 0.2, 2, 1, seed);
  }

  @Test
  void learnsFromAFewImages() throws Exception {
    JitteredImages heldOut = data.part(4_000, 5_000);
    TeacherTraining training = TeacherTraining.start(settings(15, 5), data.part(0, 4_000), WIDTHS);
    int before = training.errors(heldOut);
    double first = training.epoch();
    double last = first;
    while (!training.finished()) {
      last = training.epoch();
    }

    assertThat(before).as("chance").isGreaterThan(700);
    assertThat(training.errors(heldOut)).as("1,000 images held out").isLessThan(80);
    assertThat(last).isLessThan(first / 2);
    assertThat(training.state().epoch()).isEqualTo(15);
    try (TeacherModel exported = new TeacherModel(TeacherOnnx.encode(training.state().weights()))) {
      assertThat(exported.errors(heldOut))
          .isBetween(training.errors(heldOut) - 1, training.errors(heldOut) + 1);
    }
  }

  @Test
  void resumesBitForBit(@TempDir Path directory) throws IOException {
    TeacherSettings settings = settings(4, 5);
    JitteredImages images = data.part(0, 500);
    TeacherTraining straight = TeacherTraining.start(settings, images, WIDTHS);
    while (!straight.finished()) {
      straight.epoch();
    }

    TeacherTraining stopped = TeacherTraining.start(settings, images, WIDTHS);
    stopped.epoch();
    stopped.epoch();
    Path file = directory.resolve("state.bin");
    stopped.state().save(file);
    TeacherTraining resumed = new TeacherTraining(settings, images, TrainingState.load(file));
    while (!resumed.finished()) {
      resumed.epoch();
    }

    for (int layer = 0; layer < 3; layer++) {
      assertThat(resumed.state().weights().weight(layer).values())
          .isEqualTo(straight.state().weights().weight(layer).values());
      assertThat(resumed.state().weights().bias(layer))
          .containsExactly(straight.state().weights().bias(layer));
    }
    assertThat(directory).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void otherSeedOtherRun() {
    JitteredImages images = data.part(0, 500);
    TeacherSettings settings = settings(2, 5);

    double one = TeacherTraining.start(settings, images, WIDTHS).epoch();
    double again = TeacherTraining.start(settings, images, WIDTHS).epoch();
    double other = TeacherTraining.start(settings(2, 6), images, WIDTHS).epoch();

    assertThat(again).isEqualTo(one);
    assertThat(other).isNotEqualTo(one);
  }

  @Test
  void refusesFewerImagesThanABatch() {
    assertThatThrownBy(() -> TeacherTraining.start(settings(1, 5), data.part(0, 49), WIDTHS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("49 images do not fill a batch of 50");
  }

  @Test
  void refusesAForeignStateFile(@TempDir Path directory) throws IOException {
    Path file = Files.write(directory.resolve("state.bin"), new byte[64]);

    assertThatThrownBy(() -> TrainingState.load(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is no training state");
  }
}
