package io.streamdistill.cli.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PortsTest {

  @TempDir Path locks;

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void theUsualPortIsForTheFirstEvenBeforeItIsBound() throws IOException {
    int usual = freePort();

    assertThat(new Ports(locks).choose(usual)).isEqualTo(usual);
    assertThat(new Ports(locks).choose(usual)).isNotEqualTo(usual).isPositive();
  }

  @Test
  void aPortInUseIsNotChosen() throws IOException {
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(new Ports(locks).choose(busy.getLocalPort())).isNotEqualTo(busy.getLocalPort());
    }
  }

  @Test
  void withoutAPlaceForLocksAnyPortWillDo() throws IOException {
    assertThat(new Ports(locks.resolve("nowhere")).choose(freePort())).isPositive();
  }
}
