package io.streamdistill.cli.failure;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** A command line that cannot be understood: says why in a line, and where to find help. */
public final class UsageErrors implements IParameterExceptionHandler {

  private final ErrorLine line;

  /** Creates the handler, for people. */
  public UsageErrors() {
    this(ErrorLine.FOR_PEOPLE);
  }

  /** Creates the handler. */
  public UsageErrors(ErrorLine line) {
    this.line = line;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    StringWriter suggestions = new StringWriter();
    UnmatchedArgumentException.printSuggestions(e, new PrintWriter(suggestions));
    String hint =
        suggestions + "Try '%s --help'.".formatted(command.getCommandSpec().qualifiedName());
    line.print(command.getErr(), String.valueOf(e.getMessage()), hint, ExitCode.USAGE);
    return ExitCode.USAGE;
  }
}
