package io.streamdistill.cli.produce;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;

/**
 * A set of ids in 16 bytes each, whatever their length: of each the first half of its SHA-256. That
 * two of a billion ids meet by chance has a probability of 1 in 10^20; on purpose nobody finds two.
 * An open hash table with linear probing. Not thread-safe.
 */
final class IdSet {

  private static final int LONGS = 2; // of a slot; both 0: empty
  private static final int FIRST_SLOTS = 1 << 10;
  private static final double MOST_OF_HEAP = 0.7;

  private final MessageDigest sha256;
  private final long mostSlots;
  private long[] table = new long[FIRST_SLOTS * LONGS];
  private int slots = FIRST_SLOTS;
  private long size;

  /**
   * Creates an empty set.
   *
   * @param mostSlots to which it may grow, a power of two; it holds three quarters as many ids
   */
  IdSet(long mostSlots) {
    this.mostSlots = mostSlots;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** A set that may take most of this JVM's heap: while it grows, the old table is there, too. */
  static IdSet forHeap() {
    double bytes = MOST_OF_HEAP * Runtime.getRuntime().maxMemory();
    long most = FIRST_SLOTS;
    while (most < 1 << 29 && 1.5 * (most * 2) * LONGS * Long.BYTES <= bytes) {
      most *= 2;
    }
    return new IdSet(most);
  }

  long size() {
    return size;
  }

  /**
   * Adds an id; returns whether it was not there.
   *
   * @throws ProduceException when there is no room for more
   */
  boolean add(String id) {
    ByteBuffer digest = ByteBuffer.wrap(sha256.digest(id.getBytes(StandardCharsets.UTF_8)));
    long high = digest.getLong();
    long low = Math.max(1, digest.getLong() >>> 1); // never that of an empty slot
    if (!insert(table, slots, high, low)) {
      return false;
    }
    size++;
    if (size > slots / 4 * 3L) {
      grow();
    }
    return true;
  }

  private static boolean insert(long[] table, int slots, long high, long low) {
    int slot = (int) (high & (slots - 1));
    while (table[slot * LONGS + 1] != 0) {
      if (table[slot * LONGS] == high && table[slot * LONGS + 1] == low) {
        return false;
      }
      slot = (slot + 1) & (slots - 1);
    }
    table[slot * LONGS] = high;
    table[slot * LONGS + 1] = low;
    return true;
  }

  private void grow() {
    if (slots * 2L > mostSlots) {
      throw new ProduceException(
          String.format(
              Locale.ROOT,
              "%,d ids are the most that fit a heap of %,d MiB; give more with DISTILL_JAVA_OPTS=-Xmx8g, or send without --skip-sent",
              size,
              Runtime.getRuntime().maxMemory() >> 20));
    }
    int larger = slots * 2;
    long[] moved = new long[larger * LONGS];
    for (int slot = 0; slot < slots; slot++) {
      if (table[slot * LONGS + 1] != 0) {
        insert(moved, larger, table[slot * LONGS], table[slot * LONGS + 1]);
      }
    }
    table = moved;
    slots = larger;
  }
}
