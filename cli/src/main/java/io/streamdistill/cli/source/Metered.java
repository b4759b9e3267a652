package io.streamdistill.cli.source;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import java.util.Locale;

/** A text of which no piece may be longer than some limit, so that none takes all memory. */
final class Metered extends FilterReader {

  /** A piece is longer than may be. */
  static final class OverrunException extends IOException {

    private static final long serialVersionUID = 1L;

    OverrunException(long most) {
      super(String.format(Locale.ROOT, "has more than %,d characters", most));
    }
  }

  /** Read ahead by who reads, and so counted to the piece before. */
  private static final long SLACK = 1 << 16;

  private final long most;
  private long length;

  Metered(Reader in, long most) {
    super(in);
    this.most = most;
  }

  /** The next piece begins. */
  void restart() {
    length = 0;
  }

  @Override
  public int read() throws IOException {
    int c = super.read();
    count(c < 0 ? 0 : 1);
    return c;
  }

  @Override
  public int read(char[] buffer, int offset, int wanted) throws IOException {
    int read = super.read(buffer, offset, wanted);
    count(Math.max(0, read));
    return read;
  }

  private void count(int more) throws OverrunException {
    length += more;
    if (length > most + SLACK) {
      throw new OverrunException(most);
    }
  }
}
