package io.streamdistill.broker;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a {@link BrokerProcess} runs its JVM.
 *
 * @param javaHome the Java to run; default the one of this JVM
 * @param classPath must contain this module and what it depends on; default that of this JVM
 * @param flags JVM flags; default a heap of at most 256 MiB and the C1 compiler only, which starts
 *     1 s sooner and stays 30 to 40 MB smaller; C2 saves a fifth of the CPU once millions of
 *     records went through, so leave {@code -XX:TieredStopAtLevel=1} out for long loads
 * @param logFile takes standard error and log of the child, appended
 * @param startTimeout default 60 s, as a slow machine needs; 2 to 5 s are common
 * @param stopTimeout from the request to stop to the kill; default 20 s
 */
public record ChildJvm(
    Path javaHome,
    String classPath,
    List<String> flags,
    Path logFile,
    Duration startTimeout,
    Duration stopTimeout) {

  private static final List<String> SMALL =
      List.of(
          "-Xms32m",
          "-Xmx256m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:+ExitOnOutOfMemoryError");

  public ChildJvm {
    flags = List.copyOf(flags);
    logFile = logFile.toAbsolutePath();
    if (classPath.isBlank()) {
      throw new IllegalArgumentException(
          "the class path of the broker process is empty; name the jars of this module");
    }
  }

  /** The Java and the class path of this JVM. */
  public static ChildJvm like(Path logFile) {
    return new ChildJvm(
        Path.of(System.getProperty("java.home")),
        System.getProperty("java.class.path"),
        flagsFor(Runtime.version().feature()),
        logFile,
        Duration.ofSeconds(60),
        Duration.ofSeconds(20));
  }

  public ChildJvm withFlags(List<String> newFlags) {
    return new ChildJvm(javaHome, classPath, newFlags, logFile, startTimeout, stopTimeout);
  }

  /** The newer Javas warn of what Kafka and its compression libraries do, unless told not to. */
  private static List<String> flagsFor(int javaVersion) {
    List<String> flags = new ArrayList<>(SMALL);
    flags.add("--enable-native-access=ALL-UNNAMED");
    if (javaVersion >= 23) {
      flags.add("--sun-misc-unsafe-memory-access=allow"); // 17 does not know it
    }
    return flags;
  }

  List<String> command(BrokerConfig config) {
    Path scratch = DataDirectory.scratch(config.dataDir());
    List<String> command = new ArrayList<>();
    command.add(javaHome.resolve("bin").resolve("java").toString());
    command.addAll(flags);
    // All it writes stays in the data directory: no /tmp/hsperfdata, crash logs, native libraries.
    command.add("-XX:-UsePerfData");
    command.add("-XX:ErrorFile=" + scratch.resolve("hs_err_%p.log"));
    command.add("-Djava.io.tmpdir=" + scratch);
    // Ignored unless logback is the binding; it would log at DEBUG without a configuration.
    command.add("-Dlogback.configurationFile=io/streamdistill/broker/broker-process-logback.xml");
    command.add("-cp");
    command.add(absolute(classPath));
    command.add(BrokerMain.class.getName());
    command.addAll(new BrokerMain.Arguments(config, true).toList());
    return List.copyOf(command);
  }

  private static String absolute(String classPath) {
    return Arrays.stream(classPath.split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
