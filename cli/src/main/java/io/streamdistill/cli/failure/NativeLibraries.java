package io.streamdistill.cli.failure;

import io.streamdistill.exit.FileReason;
import io.streamdistill.onnx.runtime.OnnxRuntime;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The libraries of ONNX Runtime and ND4J, which both unpack out of their jars before they are
 * loaded: into a directory that has to be there, has to have room, and has to allow execution.
 */
public final class NativeLibraries {

  /** The JVM names the file, and so does the loader of the operating system. */
  private static final Pattern TWICE = Pattern.compile("^(\\S+): \\1: ");

  private static final String ONNX_RUNTIME = "ai.onnxruntime.";
  private static final String JAVACPP = "org.bytedeco.javacpp.";
  private static final String ND4J = "org.nd4j.";

  private NativeLibraries() {}

  /** Loads ONNX Runtime now: a trainer would else find out with its first checkpoint. */
  public static void requireOnnxRuntime() {
    OnnxRuntime.load();
  }

  /** What is wrong with them, and the remedy; empty when the failure is about something else. */
  static Optional<String> explain(Throwable failure) {
    boolean linking = causes(failure).anyMatch(LinkageError.class::isInstance);
    if (!linking) {
      return Optional.empty();
    }
    String reason = reason(failure);
    if (comesFrom(failure, ONNX_RUNTIME)) {
      return Optional.of(
          "ONNX Runtime's library cannot be loaded: %s. It is unpacked into %s, which must be there, have 100 MB of room and allow execution (no noexec): name another one with DISTILL_JAVA_OPTS=-Djava.io.tmpdir=DIR"
              .formatted(reason, withRoom(System.getProperty("java.io.tmpdir"))));
    }
    if (comesFrom(failure, JAVACPP) || comesFrom(failure, ND4J)) {
      String cache =
          System.getProperty(
              "org.bytedeco.javacpp.cachedir",
              Path.of(System.getProperty("user.home"), ".javacpp", "cache").toString());
      return Optional.of(
          "ND4J's library cannot be loaded: %s. It is unpacked into %s, which must be writable, have 300 MB of room and allow execution (no noexec): name another one with DISTILL_JAVA_OPTS=-Dorg.bytedeco.javacpp.cachedir=DIR"
              .formatted(reason, withRoom(cache)));
    }
    return failure instanceof Error
        ? Optional.of(
            "a library cannot be loaded: %s. Is %s there, with room, and mounted without noexec? Name another one with DISTILL_JAVA_OPTS=-Djava.io.tmpdir=DIR"
                .formatted(reason, System.getProperty("java.io.tmpdir")))
        : Optional.empty();
  }

  private static String reason(Throwable failure) {
    Optional<String> file = FileReason.in(failure);
    if (file.isPresent()) {
      return file.get();
    }
    Throwable last = causes(failure).reduce((first, second) -> second).orElse(failure);
    String message = Objects.toString(last.getMessage(), last.toString());
    String line = message.lines().findFirst().orElse(message);
    return line.contains("java.library.path")
        ? "it could not be unpacked"
        : TWICE.matcher(line).replaceFirst("$1: ");
  }

  private static String withRoom(String directory) {
    File there = new File(directory);
    return there.isDirectory()
        ? "%s (%d MB are free)".formatted(directory, there.getUsableSpace() / 1_000_000)
        : directory;
  }

  private static boolean comesFrom(Throwable failure, String packages) {
    return causes(failure)
            .flatMap(cause -> Arrays.stream(cause.getStackTrace()))
            .anyMatch(frame -> frame.getClassName().startsWith(packages))
        || causes(failure)
            .map(Throwable::getMessage)
            .filter(Objects::nonNull)
            .anyMatch(message -> message.contains(packages));
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(20);
  }
}
