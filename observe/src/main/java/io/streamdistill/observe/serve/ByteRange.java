package io.streamdistill.observe.serve;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a file.
 *
 * @param first offset of its first byte
 * @param end offset behind its last byte
 */
record ByteRange(long first, long end) {

  private static final Pattern ONE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  static ByteRange all(long size) {
    return new ByteRange(0, size);
  }

  /** Whether a header {@code Range} asks for one range, in a form that means something. */
  static boolean isOne(String header) {
    Matcher one = ONE.matcher(header.strip());
    if (!one.matches() || (one.group(1).isEmpty() && one.group(2).isEmpty())) {
      return false;
    }
    return one.group(1).isEmpty()
        || one.group(2).isEmpty()
        || Long.parseLong(one.group(1)) <= Long.parseLong(one.group(2));
  }

  /** What of a file such a header asks for; empty when it is nothing. */
  static Optional<ByteRange> parse(String header, long size) {
    Matcher one = ONE.matcher(header.strip());
    if (!one.matches()) {
      throw new IllegalArgumentException(header + " is not one range");
    }
    long first;
    long end = size;
    if (one.group(1).isEmpty()) {
      first = Math.max(0, size - Long.parseLong(one.group(2)));
    } else {
      first = Long.parseLong(one.group(1));
      end = one.group(2).isEmpty() ? size : Math.min(size, Long.parseLong(one.group(2)) + 1);
    }
    return first < end ? Optional.of(new ByteRange(first, end)) : Optional.empty();
  }

  long length() {
    return end - first;
  }
}
