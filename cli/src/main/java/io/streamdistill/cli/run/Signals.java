package io.streamdistill.cli.run;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ctrl-C and SIGTERM, before the JVM begins to end. */
final class Signals {

  private static final Logger log = LoggerFactory.getLogger(Signals.class);

  private static final Map<String, Integer> NUMBERS = Map.of("INT", 2, "TERM", 15);

  private Signals() {}

  /**
   * Calls {@code action}, on a thread of its own, instead of ending the JVM.
   *
   * @param action takes the number of the signal
   */
  static void handle(IntConsumer action) {
    NUMBERS.forEach((name, number) -> handle(name, () -> action.accept(number)));
  }

  /** By reflection, since javac warns of {@code sun.misc}, and nothing silences that. */
  private static void handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                }
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException e) { // e.g. -Xrs; shutdown hooks remain
      log.debug("SIG{} is left to the JVM", name, e);
    }
  }
}
