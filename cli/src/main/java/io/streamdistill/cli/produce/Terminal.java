package io.streamdistill.cli.produce;

import java.io.Console;

/** Whether somebody is watching. */
public final class Terminal {

  private Terminal() {}

  /** Whether standard input and output are a terminal that can redraw a line. */
  @SuppressWarnings("SystemConsoleNull") // null up to Java 21 is what the first check is for
  public static boolean isInteractive() {
    Console console = System.console();
    if (console == null || "dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try { // since Java 22 there is a console without a terminal, too
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
