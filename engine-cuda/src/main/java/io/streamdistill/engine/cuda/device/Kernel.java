package io.streamdistill.engine.cuda.device;

import java.util.Locale;

/** The functions of {@code kernels/students.cu}. */
public enum Kernel {
  DECODE_BYTES(8, false),
  DECODE_FLOATS(9, false),
  ADD_BIAS(5, false),
  MASK_AND_SUM(8, false),
  BIAS_GRADIENT(5, true),
  ALIVE(4, false),
  OBJECTIVE(14, true),
  SUM_ROWS(4, true),
  GUARD(7, false),
  SGD(11, false),
  NESTEROV(11, false),
  ADAM(11, false),
  PRODUCT(10, false);

  /** Most words of any. */
  public static final int MOST_WORDS = 16;

  private final int words;
  private final boolean byWarps;

  Kernel(int words, boolean byWarps) {
    this.words = words;
    this.byWarps = byWarps;
  }

  /** Its name in the source. */
  public String symbol() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether a whole warp of a GPU works on an element. */
  public boolean byWarps() {
    return byWarps;
  }

  /**
   * Makes sure that there are as many arguments as it reads.
   *
   * @return how many elements it works on
   */
  public long elements(long[] arguments) {
    if (arguments.length != words || arguments[0] < 1) {
      throw new IllegalArgumentException(
          "kernel %s takes %d words of arguments and works on 1 element or more, got %d words and %d elements"
              .formatted(
                  symbol(), words, arguments.length, arguments.length == 0 ? 0 : arguments[0]));
    }
    return arguments[0];
  }
}
