package io.streamdistill.experiments.lab;

import io.streamdistill.onnx.runtime.OnnxRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Where a figure was measured: processor, cores, and the versions that bear on the arithmetic. */
public record Environment(String machine, Map<String, String> versions) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** This machine, and these versions. */
  public static Environment detect() {
    Map<String, String> versions = new TreeMap<>();
    versions.put("java", System.getProperty("java.version"));
    versions.put("nd4j", nd4j());
    versions.put("onnxruntime", OnnxRuntime.version());
    return new Environment(
        "%s, %d cores, %s"
            .formatted(
                processor(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name")),
        versions);
  }

  /** What a file of results says of all its runs. */
  public Map<String, Object> head(String experiment, String command) {
    Map<String, Object> head = new LinkedHashMap<>();
    head.put("experiment", experiment);
    head.put("command", command);
    head.put("machine", machine);
    head.put("versions", versions);
    return head;
  }

  /** ND4J's manifest names no version, its Maven descriptor does. */
  private static String nd4j() {
    Properties descriptor = new Properties();
    try (InputStream in =
        Environment.class.getResourceAsStream("/META-INF/maven/org.nd4j/nd4j-api/pom.properties")) {
      if (in != null) {
        descriptor.load(in);
      }
    } catch (IOException e) {
      return "unknown";
    }
    return descriptor.getProperty("version", "unknown");
  }

  private static String processor() {
    if (!Files.isReadable(CPU_INFO)) {
      return System.getProperty("os.arch");
    }
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }
}
