package io.streamdistill.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs an {@link EmbeddedBroker} in the foreground until SIGTERM or Ctrl-C.
 *
 * <p>Prints {@code READY <bootstrap servers>} on standard output once clients can use it, and
 * nothing else there. Exit status: 0 stopped, 1 could not start, 2 bad arguments.
 */
public final class BrokerMain {
  static final String READY = "READY ";
  static final String STOP_AT_END_OF_INPUT = "--stop-at-end-of-input";

  private static final String USAGE =
      "usage: BrokerMain --data-dir DIR [--port N] [--controller-port N] [--set KEY=VALUE]... ["
          + STOP_AT_END_OF_INPUT
          + "]";
  private static final Duration ORPHAN_GRACE = Duration.ofSeconds(20);

  private BrokerMain() {}

  public static void main(String[] args) {
    Arguments arguments;
    try {
      arguments = Arguments.parse(List.of(args));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.println(USAGE);
      System.exit(2);
      return;
    }
    try {
      // Before the start, which takes seconds in which the parent may die.
      if (arguments.stopAtEndOfInput()) {
        daemon("end-of-input", BrokerMain::exitAtEndOfInput);
      }
      EmbeddedBroker broker = EmbeddedBroker.start(arguments.config());
      Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "close-broker"));
      System.out.println(READY + broker.bootstrapServers());
    } catch (EmbeddedBrokerException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  /** The parent holds the other end of our input: it ends when the parent does, however it dies. */
  private static void exitAtEndOfInput() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // as good as the end
    }
    daemon(
        "orphan-grace",
        () -> {
          try {
            Thread.sleep(ORPHAN_GRACE.toMillis());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          Runtime.getRuntime().halt(1); // nobody is left to kill a broker that hangs while closing
        });
    System.exit(0);
  }

  private static void daemon(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** The command line, to and from. */
  record Arguments(BrokerConfig config, boolean stopAtEndOfInput) {

    static Arguments parse(List<String> args) {
      String dataDir = "";
      int port = 0;
      int controllerPort = 0;
      Map<String, String> overrides = new TreeMap<>();
      boolean stopAtEndOfInput = false;
      for (Iterator<String> rest = args.iterator(); rest.hasNext(); ) {
        String option = rest.next();
        switch (option) {
          case "--data-dir" -> dataDir = value(option, rest);
          case "--port" -> port = number(option, value(option, rest));
          case "--controller-port" -> controllerPort = number(option, value(option, rest));
          case "--set" -> {
            String setting = value(option, rest);
            int equals = setting.indexOf('=');
            require(equals > 0, "--set needs KEY=VALUE, got %s", setting);
            overrides.put(setting.substring(0, equals), setting.substring(equals + 1));
          }
          case STOP_AT_END_OF_INPUT -> stopAtEndOfInput = true;
          default -> throw new IllegalArgumentException("unknown option " + option);
        }
      }
      require(!dataDir.isBlank(), "--data-dir is missing; name the directory to keep data in");
      return new Arguments(
          new BrokerConfig(Path.of(dataDir), port, controllerPort, overrides), stopAtEndOfInput);
    }

    List<String> toList() {
      List<String> args = new ArrayList<>();
      args.addAll(List.of("--data-dir", config.dataDir().toString()));
      args.addAll(List.of("--port", Integer.toString(config.port())));
      args.addAll(List.of("--controller-port", Integer.toString(config.controllerPort())));
      config.overrides().forEach((key, value) -> args.addAll(List.of("--set", key + "=" + value)));
      if (stopAtEndOfInput) {
        args.add(STOP_AT_END_OF_INPUT);
      }
      return List.copyOf(args);
    }

    private static String value(String option, Iterator<String> rest) {
      require(rest.hasNext(), "%s needs a value", option);
      return rest.next();
    }

    private static int number(String option, String value) {
      try {
        return Integer.parseInt(value);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("%s needs a number, got %s".formatted(option, value), e);
      }
    }

    private static void require(boolean holds, String message, Object... args) {
      if (!holds) {
        throw new IllegalArgumentException(message.formatted(args));
      }
    }
  }
}
