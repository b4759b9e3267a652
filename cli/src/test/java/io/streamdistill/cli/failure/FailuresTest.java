package io.streamdistill.cli.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.config.ConfigException;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class FailuresTest {

  private final StringWriter err = new StringWriter();

  private int handle(Throwable failure) {
    return new Failures(() -> false).handle(failure, new PrintWriter(err));
  }

  static Stream<Arguments> whatUsersCause() {
    return Stream.of(
        Arguments.of(
            new FileSystemException("/w/x", null, "No space left on device"),
            1,
            "/w/x: No space left on device"),
        Arguments.of(
            new UncheckedIOException(new AccessDeniedException("/w")), 1, "/w: Permission denied"),
        Arguments.of(
            new CompletionException(new CheckpointException("it is damaged")), 1, "it is damaged"),
        Arguments.of(
            new IllegalStateException("x", new ConfigException("k must be 1")), 2, "k must be 1"),
        Arguments.of(new NoSuchFileException("m.onnx"), 1, "m.onnx: no such file"),
        Arguments.of(new IOException("Input/output error"), 1, "Input/output error"),
        Arguments.of(new EOFException("early"), 1, "early"),
        Arguments.of(new UnknownHostException("nobody"), 1, "the host 'nobody' is not known"),
        Arguments.of(
            new UncheckedIOException(new BindException("Address already in use")),
            1,
            "a port cannot be used: Address already in use"),
        Arguments.of(
            new InvalidPathException("gr??e.yaml", "Malformed input"), 2, "LC_ALL=C.UTF-8"),
        Arguments.of(
            new KafkaException("x", new TopicAuthorizationException("t")), 1, "lacks a permission"),
        Arguments.of(kafkaSlip(), 2, "Kafka: kafka.bootstrap.servers must be host:port"),
        Arguments.of(
            new UnsatisfiedLinkError("/tmp/libzstd.so: failed to map segment"),
            1,
            "-Djava.io.tmpdir=DIR"),
        Arguments.of(
            new NoClassDefFoundError("Could not initialize class ai.onnxruntime.OrtEnvironment"),
            1,
            "ONNX Runtime's library cannot be loaded"),
        Arguments.of(
            new ExceptionInInitializerError(
                from(
                    "ai.onnxruntime.OrtEnvironment",
                    new IOException(
                        "x", new FileSystemException("/tmp/o", null, "No space left on device")))),
            1,
            "/tmp/o: No space left on device"),
        Arguments.of(
            from(
                "org.bytedeco.javacpp.Loader",
                new UnsatisfiedLinkError("no jniopenblas in java.library.path")),
            1,
            "-Dorg.bytedeco.javacpp.cachedir=DIR"));
  }

  private static KafkaException kafkaSlip() {
    try {
      Admin.create(Map.of("bootstrap.servers", "broker")).close();
      throw new AssertionError("no port, and no exception");
    } catch (KafkaException e) {
      return e;
    }
  }

  private static <T extends Throwable> T from(String className, T failure) {
    failure.setStackTrace(
        new StackTraceElement[] {new StackTraceElement(className, "load", "X.java", 1)});
    return failure;
  }

  @ParameterizedTest
  @MethodSource("whatUsersCause")
  void whatAUserCanCauseIsForeseen(Throwable failure, int exitCode, String expected) {
    assertThat(handle(failure)).isEqualTo(exitCode);

    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString())
        .startsWith("error: ")
        .contains(expected)
        .doesNotContain("not foreseen", "Exception", "\tat ");
  }

  @Test
  void aBugIsNot() {
    assertThat(handle(new NullPointerException("weights"))).isEqualTo(1);

    assertThat(err.toString())
        .contains(
            "error: java.lang.NullPointerException: weights", "--debug prints the stack trace");
  }

  @Test
  void aReaderWhoHasGoneIsNoErrorToTell() {
    assertThat(handle(new OutputLostException(new IOException("Broken pipe")))).isEqualTo(141);
    assertThat(err.toString()).isEmpty();

    assertThat(handle(new OutputLostException(new IOException("No space left on device"))))
        .isEqualTo(1);
    assertThat(err.toString()).contains("standard output", "No space left on device");
  }
}
