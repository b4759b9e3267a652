package io.streamdistill.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A way to a server on this machine that can be cut in the middle of a transfer. */
final class Wire implements AutoCloseable {

  /** What happens when so many bytes have passed. */
  enum Cut {
    /** The connection breaks off; new ones work. */
    ONCE,
    /** The server is gone for good. */
    FOR_GOOD
  }

  private final int target;
  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicLong sendable = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong receivable = new AtomicLong(Long.MAX_VALUE);
  private volatile Cut cut = Cut.ONCE;
  private volatile boolean gone;

  private Wire(int target, ServerSocket listener) {
    this.target = target;
    this.listener = listener;
  }

  static Wire to(int port) throws IOException {
    return to(port, 0);
  }

  /**
   * A way to a port of this machine.
   *
   * @param from where it begins; 0 is any free port
   */
  static Wire to(int port, int from) throws IOException {
    Wire wire = new Wire(port, new ServerSocket(from, 50, InetAddress.getLoopbackAddress()));
    wire.threads.execute(wire::accept);
    return wire;
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Whether it was cut for good, or closed. */
  boolean isClosed() {
    return listener.isClosed();
  }

  int connections() {
    return connections.get();
  }

  void cutAfterSending(long bytes, Cut how) {
    cut = how;
    sendable.set(bytes);
  }

  void cutAfterReceiving(long bytes, Cut how) {
    cut = how;
    receivable.set(bytes);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        connections.incrementAndGet();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(client);
        open.add(server);
        AtomicBoolean broken = new AtomicBoolean();
        threads.execute(() -> pump(client, server, sendable, broken));
        threads.execute(() -> pump(server, client, receivable, broken));
      }
    } catch (IOException e) {
      closeAll(); // the listener was closed
    }
  }

  /**
   * Passes on what comes, in one direction.
   *
   * @param broken the connection; set before either end hears of it, so that what one end says to
   *     that does not reach the other
   */
  private void pump(Socket from, Socket to, AtomicLong allowance, AtomicBoolean broken) {
    byte[] buffer = new byte[8192];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (broken.get() || gone) {
          return;
        }
        if (allowance.addAndGet(-n) < 0) {
          broken.set(true);
          if (cut == Cut.FOR_GOOD) {
            gone = true;
            listener.close();
          }
          allowance.set(Long.MAX_VALUE);
          return;
        }
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      return; // the other direction has closed both
    }
  }

  private void closeAll() {
    for (Socket socket : open) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    closeAll();
    threads.shutdown();
  }
}
