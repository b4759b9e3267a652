package io.streamdistill.observe;

import io.javalin.config.RoutesConfig;

/** More that a service serves, beside its metrics and its health. */
public interface Routes {

  /** One line for every path, for whoever asks for {@code /}: path, two spaces or more, what. */
  String index();

  /**
   * Adds the routes.
   *
   * <p>The server has few threads, and metrics and health need them: a handler that waits, for
   * Kafka, a store or a slow reader, does so on a thread of its own.
   */
  void addTo(RoutesConfig routes);
}
