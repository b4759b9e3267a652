package io.streamdistill.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The machine that figures come from.
 *
 * @param cpu model of the processor
 * @param cores that the JVM may use
 * @param memoryBytes of the machine
 * @param os name and version
 * @param jvm name and version
 * @param blasThreads of the student's matrix products, floor, step, {@code fit} and peer alike
 * @param ompThreads {@code OMP_NUM_THREADS}; empty when not set
 * @param load average of one minute at the start; a machine at rest has hardly any
 * @param commit of the sources; {@code unknown} when there is no Git, with {@code +} when changed
 */
public record Machine(
    String cpu,
    int cores,
    long memoryBytes,
    String os,
    String jvm,
    int blasThreads,
    String ompThreads,
    double load,
    String commit) {

  private static final String UNKNOWN = "unknown";

  /** Looks at this machine. */
  public static Machine look(Path home, int blasThreads) {
    return new Machine(
        proc("cpuinfo", "(?m)^model name\\s*: (.*)$").orElse(UNKNOWN),
        Runtime.getRuntime().availableProcessors(),
        proc("meminfo", "(?m)^MemTotal:\\s+(\\d+) kB$").map(Long::parseLong).orElse(0L) * 1024,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        blasThreads,
        Optional.ofNullable(System.getenv("OMP_NUM_THREADS")).orElse(""),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        commit(home));
  }

  private static Optional<String> proc(String file, String pattern) {
    try {
      Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(Path.of("/proc", file)));
      return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String commit(Path home) {
    String head = git(home, "rev-parse", "HEAD");
    if (head.isEmpty()) {
      return UNKNOWN;
    }
    return git(home, "status", "--porcelain", "--untracked-files=no").isEmpty() ? head : head + "+";
  }

  /** Output of a Git command; empty when it fails, or there is no Git. */
  private static String git(Path home, String... arguments) {
    try {
      ProcessBuilder builder = new ProcessBuilder("git");
      builder.command().addAll(java.util.List.of(arguments));
      Process process =
          builder.directory(home.toFile()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? output.trim() : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  ObjectNode json(ObjectMapper json) {
    return json.createObjectNode()
        .put("cpu", cpu)
        .put("cores", cores)
        .put("memory_bytes", memoryBytes)
        .put("os", os)
        .put("jvm", jvm)
        .put("blas_threads", blasThreads)
        .put("omp_num_threads", ompThreads)
        .put("load_at_start", load)
        .put("commit", commit);
  }
}
