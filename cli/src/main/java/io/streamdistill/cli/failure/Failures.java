package io.streamdistill.cli.failure;

import io.streamdistill.exit.ExitStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * Turns failures into one message and an exit code. StreamDistill's own exceptions say what
 * happened and what to do; those of others are {@linkplain Explanation explained}; what is left
 * over is printed with its type.
 */
public final class Failures implements IExecutionExceptionHandler {

  /** What a shell has for a process that wrote to a pipe that nobody reads any more. */
  private static final int BROKEN_PIPE = 128 + 13;

  private static final String UNFORESEEN = "This was not foreseen; --debug prints the stack trace.";

  private final ErrorLine line;
  private final BooleanSupplier debug;

  /** Creates the handler, for people; {@code debug} says whether stack traces are wanted. */
  public Failures(BooleanSupplier debug) {
    this(ErrorLine.FOR_PEOPLE, debug);
  }

  /**
   * Creates the handler.
   *
   * @param debug whether stack traces are wanted
   */
  public Failures(ErrorLine line, BooleanSupplier debug) {
    this.line = line;
    this.debug = debug;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    return handle(e, command.getErr());
  }

  /** Says what happened; returns the exit code. */
  public int handle(Throwable failure, PrintWriter err) {
    if (failure instanceof OutputLostException lost && lost.readerIsGone()) {
      return BROKEN_PIPE;
    }
    Optional<Explanation> explained = Explanation.of(failure);
    int exitCode = explained.map(Explanation::status).orElse(ExitStatus.of(failure)).code();
    boolean trace = debug.getAsBoolean();
    String message = explained.map(Explanation::message).orElse(failure.toString());
    if (trace && line.json()) {
      message += System.lineSeparator() + stackTrace(failure);
    }
    line.print(err, message, explained.isPresent() || trace ? "" : UNFORESEEN, exitCode);
    if (trace && !line.json()) {
      failure.printStackTrace(err);
    }
    err.flush();
    return exitCode;
  }

  private static String stackTrace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
