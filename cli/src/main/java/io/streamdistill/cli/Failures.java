package io.streamdistill.cli;

import io.streamdistill.core.exit.ExitStatus;
import java.io.PrintWriter;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * Turns exceptions into messages. StreamDistill's own exceptions say what happened and what to do;
 * all others are printed with their type.
 */
public final class Failures implements IExecutionExceptionHandler {

  private static final String OWN = "io.streamdistill.";

  private final BooleanSupplier debug;

  /** Creates the handler; {@code debug} says whether stack traces are wanted. */
  public Failures(BooleanSupplier debug) {
    this.debug = debug;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    boolean own = e.getClass().getName().startsWith(OWN);
    err.println("error: " + (own ? e.getMessage() : e));
    if (debug.getAsBoolean()) {
      e.printStackTrace(err);
    } else if (!own) {
      err.println("This was not foreseen; --debug prints the stack trace.");
    }
    err.flush();
    return ExitStatus.of(e).code();
  }
}
