package io.streamdistill.records;

import java.util.Locale;

/** Numbers of things, as people write them. */
public final class Counted {

  private Counted() {}

  /**
   * {@code 1 example}, or {@code 2,000 examples}.
   *
   * @param noun that takes an s where there is more than one
   */
  public static String of(long count, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", count, noun, count == 1 ? "" : "s");
  }
}
