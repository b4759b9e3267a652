package io.streamdistill.cli.failure;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * Standard output whose loss is noticed. Java's own swallows it: a full disk would end with exit
 * code 0, and a reader who has gone, as {@code head} does, would be written to for ever.
 */
public final class StandardOutput extends OutputStream {

  private final OutputStream out;

  StandardOutput(OutputStream out) {
    this.out = out;
  }

  /** Puts it in the place of {@code System.out}. */
  public static void install() {
    Charset charset =
        Charset.forName(
            System.getProperty(
                "stdout.encoding",
                System.getProperty("sun.stdout.encoding", Charset.defaultCharset().name())));
    OutputStream out = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    System.setOut(new PrintStream(new BufferedOutputStream(out), true, charset));
  }

  @Override
  public void write(int b) {
    try {
      out.write(b);
    } catch (IOException e) {
      throw new OutputLostException(e);
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      throw new OutputLostException(e);
    }
  }

  @Override
  public void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw new OutputLostException(e);
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
