package io.streamdistill.cli.quickstart;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Ports for the services of a quickstart. Seconds pass until a service binds its port: so that two
 * quickstarts at once do not choose the same one, each holds a lock on those that it has chosen
 * until its process ends.
 */
final class Ports {

  private final Path locks;
  private final List<FileChannel> held = new ArrayList<>(); // a lock lives as long as its channel

  /**
   * Creates them.
   *
   * @param locks directory of the lock files, the same for every quickstart of the machine
   */
  Ports(Path locks) {
    this.locks = locks;
  }

  /** The usual port when it is free and nobody else has chosen it, else any free one. */
  int choose(int usual) throws IOException {
    boolean ours = lock(usual);
    try (ServerSocket socket = new ServerSocket()) {
      try {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), ours ? usual : 0));
      } catch (BindException e) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      }
      return socket.getLocalPort();
    }
  }

  private boolean lock(int port) {
    try {
      FileChannel channel =
          FileChannel.open(
              locks.resolve("distill-port-%d.lock".formatted(port)),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      if (channel.tryLock() != null) {
        held.add(channel);
        return true;
      }
      channel.close();
    } catch (IOException | OverlappingFileLockException e) {
      // somebody else's file, or lock
    }
    return false;
  }
}
