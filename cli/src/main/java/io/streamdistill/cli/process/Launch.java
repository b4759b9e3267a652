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
 * @param jvmFlags default a heap of 1 GiB
 * @param javaHome the Java that runs it; default this process's
 * @param classPath default this process's
 * @param endsWithParent whether it ends when this process does; default true
 */
public record Launch(
    List<String> arguments,
    Path logFile,
    Path directory,
    Map<String, String> environment,
    List<String> jvmFlags,
    Path javaHome,
    String classPath,
    boolean endsWithParent) {

  private static final String MAIN = "io.streamdistill.cli.Distill";
  private static final ByteSize HEAP = new ByteSize(1 << 30);

  /** Copies. */
  public Launch {
    arguments = List.copyOf(arguments);
    logFile = logFile.toAbsolutePath();
    directory = directory.toAbsolutePath();
    environment = Map.copyOf(environment);
    jvmFlags = List.copyOf(jvmFlags);
  }

  /** A process like this one. */
  public static Launch of(Path logFile, String... arguments) {
    return new Launch(
        List.of(arguments),
        logFile,
        Path.of(""),
        Map.of("OMP_NUM_THREADS", "1"),
        JvmFlags.of(HEAP, Runtime.version().feature()),
        Path.of(System.getProperty("java.home")),
        System.getProperty("java.class.path"),
        true);
  }

  /** Returns a copy with another working directory. */
  public Launch in(Path newDirectory) {
    return new Launch(
        arguments,
        logFile,
        newDirectory,
        environment,
        jvmFlags,
        javaHome,
        classPath,
        endsWithParent);
  }

  /** Returns a copy with one more environment variable. */
  public Launch with(String variable, String value) {
    Map<String, String> extended = new HashMap<>(environment);
    extended.put(variable, value);
    return new Launch(
        arguments, logFile, directory, extended, jvmFlags, javaHome, classPath, endsWithParent);
  }

  /** Returns a copy with other JVM flags. */
  public Launch withJvmFlags(List<String> newFlags) {
    return new Launch(
        arguments, logFile, directory, environment, newFlags, javaHome, classPath, endsWithParent);
  }

  /** Returns a copy that is run by another Java, with the flags that one needs. */
  public Launch withJava(Path newJavaHome, int version) {
    return new Launch(
        arguments,
        logFile,
        directory,
        environment,
        JvmFlags.of(HEAP, version),
        newJavaHome,
        classPath,
        endsWithParent);
  }

  /** Returns a copy that goes on when this process ends. */
  public Launch outlivingParent() {
    return new Launch(
        arguments, logFile, directory, environment, jvmFlags, javaHome, classPath, false);
  }

  List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(javaHome.resolve("bin").resolve("java").toString());
    command.addAll(jvmFlags);
    command.add("-Dlogback.configurationFile=logback.xml"); // even if a test class path has another
    command.add("-cp");
    command.add(absolute(classPath));
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
