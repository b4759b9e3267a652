package io.streamdistill.experiments.mnist;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.records.Example;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class MnistTransferSetTest {

  private static final Path DATA = Path.of("..", "datasets", "mnist");

  @SuppressWarnings("NullAway.Init")
  private static MnistData train;

  @BeforeAll
  static void read() throws IOException {
    train = MnistData.train(DATA);
  }

  private static byte[] pixels(Example example) {
    byte[] pixels = new byte[JitteredImages.PIXELS];
    example.features().duplicate().get(pixels);
    return pixels;
  }

  @Test
  void leavesOutTheClassesThatAreNotWanted() {
    MnistTransferSet set = MnistTransferSet.plain(train, 1_000, label -> label != 3);
    Set<Integer> labels = new HashSet<>();
    for (long i = 0; i < set.count(); i++) {
      labels.add(set.example(i).label());
    }

    assertThat(labels).containsExactlyInAnyOrder(0, 1, 2, 4, 5, 6, 7, 8, 9);
    assertThat(set.count()).isBetween(850L, 950L);
    assertThat(pixels(set.example(0))).isEqualTo(train.images().item(0));
  }

  /** Like the images that the teacher was trained on. */
  @Test
  void shiftsEveryCopyByItself() {
    MnistTransferSet set = new MnistTransferSet(train, new int[] {4, 9}, 300, 2, 1);
    JitteredImages images = train.part(0, 10);
    FloatBuffer shifted = FloatBuffer.allocate(JitteredImages.PIXELS);
    Set<String> expected = new HashSet<>();
    for (int right = -2; right <= 2; right++) {
      for (int down = -2; down <= 2; down++) {
        images.shifted(9, right, down, shifted, 0);
        byte[] bytes = new byte[JitteredImages.PIXELS];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) Math.round(shifted.get(i) * 255);
        }
        expected.add(new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1));
      }
    }
    Set<String> found = new HashSet<>();
    for (int copy = 0; copy < 300; copy++) {
      Example example = set.example(2L * copy + 1);
      assertThat(example.id()).isEqualTo("train-9#" + copy);
      found.add(new String(pixels(example), java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    assertThat(found).isEqualTo(expected).hasSize(25);
    assertThat(set.example(77)).isEqualTo(set.example(77));
  }
}
