package io.streamdistill.cli.process;

import io.streamdistill.config.ByteSize;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How a {@code distill} process is started.
 *
 * @param arguments of the command, e.g. {@code teacher}, {@code --port}, {@code 0}
 * @param logFile takes standard output and standard error, appended
 * @param directory the working directory; default this process's
 * @param environment variables on top of this process's; default {@code OMP_NUM_THREADS=1}, since
 *     OpenMP and BLAS threads fight otherwise
 * @param jvm that runs it
 * @param endsWithParent whether it ends when this process does; default true
 */
public record Launch(
    List<String> arguments,
    Path logFile,
    Path directory,
    Map<String, String> environment,
    Jvm jvm,
    boolean endsWithParent) {

  private static final String MAIN = "io.streamdistill.cli.Distill";
  private static final ByteSize HEAP = new ByteSize(1 << 30);

  /** Copies. */
  public Launch {
    arguments = List.copyOf(arguments);
    logFile = logFile.toAbsolutePath();
    directory = directory.toAbsolutePath();
    environment = Map.copyOf(environment);
  }

  /**
   * A Java, and how it is started.
   *
   * @param home default this process's
   * @param flags default a heap of 1 GiB
   * @param classPath default this process's
   */
  public record Jvm(Path home, List<String> flags, String classPath) {
    /** Copies. */
    public Jvm {
      flags = List.copyOf(flags);
    }
  }

  /** A process like this one. */
  public static Launch of(Path logFile, String... arguments) {
    return new Launch(
        List.of(arguments),
        logFile,
        Path.of(""),
        Map.of("OMP_NUM_THREADS", "1"),
        new Jvm(
            Path.of(System.getProperty("java.home")),
            JvmFlags.of(HEAP, Runtime.version().feature()),
            System.getProperty("java.class.path")),
        true);
  }

  /** Returns a copy with another working directory. */
  public Launch in(Path newDirectory) {
    return new Launch(arguments, logFile, newDirectory, environment, jvm, endsWithParent);
  }

  /** Returns a copy with one more environment variable. */
  public Launch with(String variable, String value) {
    Map<String, String> extended = new HashMap<>(environment);
    extended.put(variable, value);
    return new Launch(arguments, logFile, directory, extended, jvm, endsWithParent);
  }

  /** Returns a copy with other JVM flags. */
  public Launch withJvmFlags(List<String> newFlags) {
    return with(new Jvm(jvm.home(), newFlags, jvm.classPath()));
  }

  /** Returns a copy that is run by another Java, with the flags that one needs. */
  public Launch withJava(Path newJavaHome, int version) {
    return with(new Jvm(newJavaHome, JvmFlags.of(HEAP, version), jvm.classPath()));
  }

  private Launch with(Jvm other) {
    return new Launch(arguments, logFile, directory, environment, other, endsWithParent);
  }

  /** Returns a copy that goes on when this process ends. */
  public Launch outlivingParent() {
    return new Launch(arguments, logFile, directory, environment, jvm, false);
  }

  List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(jvm.home().resolve("bin").resolve("java").toString());
    command.addAll(jvm.flags());
    command.add("-Dlogback.configurationFile=logback.xml"); // even if a test class path has another
    command.add("-cp");
    command.add(absolute(jvm.classPath()));
    command.add(MAIN);
    if (endsWithParent) {
      command.add(ParentWatch.FLAG);
    }
    command.addAll(arguments);
    return List.copyOf(command);
  }

  private static String absolute(String classPath) {
    return Arrays.stream(classPath.split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
