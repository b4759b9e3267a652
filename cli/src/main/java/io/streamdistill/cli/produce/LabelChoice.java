package io.streamdistill.cli.produce;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.BitSet;
import java.util.SplittableRandom;

/** Chooses the examples that keep their hard label; the same seed chooses the same ones. */
interface LabelChoice {

  /**
   * Whether an example keeps its label.
   *
   * @param position number of the row in the pass, from 0
   */
  boolean keeps(long position, String id);

  /** Keeps every label. */
  static LabelChoice all() {
    return (position, id) -> true;
  }

  /**
   * Keeps exactly {@code round(fraction * total)} labels, every subset of that size equally likely
   * (selection sampling: Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S).
   */
  static LabelChoice exactly(double fraction, int total, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BitSet kept = new BitSet(total);
    long wanted = Math.round(fraction * total);
    for (int position = 0; position < total; position++) {
      if (random.nextInt(total - position) < wanted) {
        kept.set(position);
        wanted--;
      }
    }
    return (position, id) -> kept.get(Math.toIntExact(position));
  }

  /** Keeps a label when the hash of seed and id, as a fraction of its range, is below F. */
  static LabelChoice hashed(double fraction, long seed) {
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    return (position, id) -> {
      sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(0, seed));
      byte[] digest = sha256.digest(id.getBytes(StandardCharsets.UTF_8));
      return (ByteBuffer.wrap(digest).getLong() >>> 11) * 0x1p-53 < fraction;
    };
  }
}
