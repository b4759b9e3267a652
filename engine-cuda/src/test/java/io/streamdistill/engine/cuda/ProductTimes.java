package io.streamdistill.engine.cuda;

import io.streamdistill.engine.cuda.device.Arena;
import io.streamdistill.engine.cuda.device.Device;
import io.streamdistill.engine.cuda.device.Matrix;
import io.streamdistill.engine.cuda.device.Recording;
import io.streamdistill.engine.cuda.driver.CudaDevice;
import io.streamdistill.engine.cuda.driver.CudaOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * How long each matrix product of a step of 784-800-800-10 takes by itself.
 *
 * @param batch rows
 */
record ProductTimes(CudaOptions options, int batch) {

  private static final int REPEATS = 20;
  private static final int WINDOWS = 7;

  /** {@code C = op(A) op(B)}, with op(A) of (m, k). */
  private record Product(String name, int m, int n, int k, boolean transposeA, boolean transposeB) {

    static Product forward(int in, int out, int rows) {
      return new Product("forward %d-%d".formatted(in, out), out, rows, in, true, false);
    }

    static Product delta(int in, int out, int rows) {
      return new Product("delta %d-%d".formatted(in, out), in, rows, out, false, false);
    }

    static Product gradient(int in, int out, int rows) {
      return new Product("gradient %d-%d".formatted(in, out), in, out, rows, false, true);
    }
  }

  /** Measures; a line of JSON. */
  String measure(String label) {
    List<Product> products =
        List.of(
            Product.forward(784, 800, batch),
            Product.forward(800, 800, batch),
            Product.forward(800, 10, batch),
            Product.delta(800, 10, batch),
            Product.delta(800, 800, batch),
            Product.gradient(800, 10, batch),
            Product.gradient(800, 800, batch),
            Product.gradient(784, 800, batch));
    StringBuilder json = new StringBuilder();
    double all = 0;
    try (Device device = CudaDevice.open(options);
        Arena arena = new Arena(device)) {
      for (Product product : products) {
        double time = time(arena, product);
        double flops = 2.0 * product.m() * product.n() * product.k();
        all += time;
        json.append(
            String.format(
                Locale.ROOT, ", \"%s\": [%.1f, %.1f]", product.name(), time, flops / time / 1e6));
      }
    }
    return String.format(
        Locale.ROOT,
        "{\"products\": \"%s\", \"batch\": %d, \"all-us\": %.1f%s}",
        label,
        batch,
        all,
        json);
  }

  /** Microseconds; the median of windows. */
  private static double time(Arena arena, Product p) {
    Matrix a = p.transposeA() ? random(arena, p.k(), p.m()) : random(arena, p.m(), p.k());
    Matrix b = p.transposeB() ? random(arena, p.n(), p.k()) : random(arena, p.k(), p.n());
    Matrix c = random(arena, p.m(), p.n());
    Device device = arena.device();
    device.multiply(a, p.transposeA(), b, p.transposeB(), c);
    Recording many =
        device.record(
            () -> {
              for (int i = 0; i < REPEATS; i++) {
                device.multiply(a, p.transposeA(), b, p.transposeB(), c);
              }
            });
    double[] times = new double[WINDOWS];
    for (int window = 0; window < WINDOWS; window++) {
      device.synchronise();
      long from = System.nanoTime();
      many.replay();
      device.synchronise();
      times[window] = (System.nanoTime() - from) / 1e3 / REPEATS;
    }
    Arrays.sort(times);
    return times[WINDOWS / 2];
  }

  private static Matrix random(Arena arena, int rows, int columns) {
    float[] values = new float[rows * columns];
    var random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return new Matrix(arena.copyOf(values).address(), rows, columns);
  }
}
