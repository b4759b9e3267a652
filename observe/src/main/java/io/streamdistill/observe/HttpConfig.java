package io.streamdistill.observe;

import static io.streamdistill.config.Require.require;

/**
 * Where a service serves its metrics and health.
 *
 * @param host interface to bind; default 127.0.0.1, 0.0.0.0 for all
 * @param port TCP port, 0 for any free one
 */
public record HttpConfig(String host, int port) {

  /** Validates. */
  public HttpConfig {
    require(
        !host.isBlank(),
        "http.host must not be blank; use 127.0.0.1, or 0.0.0.0 for all interfaces");
    require(
        port >= 0 && port <= 65535,
        "http.port must be in [0, 65535], 0 for any free port, got %s",
        port);
  }
}
