package io.streamdistill.experiments.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class JitteredImagesTest {
  private static final int SIDE = JitteredImages.SIDE;
  private static final int PIXELS = JitteredImages.PIXELS;

  /** Pixel (x, y) of image i; never 0, so that filled pixels can be told. */
  private static int pixel(int image, int x, int y) {
    return 1 + (image * 7 + y * 31 + x * 3) % 255;
  }

  private static JitteredImages images() {
    byte[] pixels = new byte[2 * PIXELS];
    for (int image = 0; image < 2; image++) {
      for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
          pixels[image * PIXELS + y * SIDE + x] = (byte) pixel(image, x, y);
        }
      }
    }
    return new JitteredImages(pixels, new int[] {4, 9});
  }

  @Test
  void shiftsEveryWayWithZeroFill() {
    JitteredImages images = images();
    for (int down = -2; down <= 2; down++) {
      for (int right = -2; right <= 2; right++) {
        FloatBuffer batch = FloatBuffer.allocate(3 * PIXELS);
        batch.put(PIXELS + 5, 77f); // left over from the last batch

        images.shifted(1, right, down, batch, 1);

        for (int y = 0; y < SIDE; y++) {
          for (int x = 0; x < SIDE; x++) {
            int fromX = x - right;
            int fromY = y - down;
            boolean inside = fromX >= 0 && fromX < SIDE && fromY >= 0 && fromY < SIDE;
            float expected = inside ? pixel(1, fromX, fromY) / 255f : 0;
            assertThat(batch.get(PIXELS + y * SIDE + x))
                .as("(%d, %d) moved by (%d, %d)", x, y, right, down)
                .isEqualTo(expected);
          }
        }
        assertThat(batch.get(PIXELS - 1)).as("column before").isZero();
        assertThat(batch.get(2 * PIXELS)).as("column after").isZero();
      }
    }
  }

  @Test
  void jitterIsUniformOverAllShifts() {
    JitteredImages images = images();
    SplittableRandom random = new SplittableRandom(6);
    FloatBuffer batch = FloatBuffer.allocate(PIXELS);
    Map<Integer, Integer> seen = new HashMap<>();
    for (int i = 0; i < 5_000; i++) {
      images.jittered(0, 2, random, batch, 0);
      seen.merge(Math.round(batch.get(14 * SIDE + 14) * 255), 1, Integer::sum);
    }

    assertThat(seen).hasSize(25);
    assertThat(seen.values()).allSatisfy(n -> assertThat(n).isCloseTo(200, within(70)));
    for (int down = -2; down <= 2; down++) {
      for (int right = -2; right <= 2; right++) {
        assertThat(seen).containsKey(pixel(0, 14 - right, 14 - down));
      }
    }
  }
}
