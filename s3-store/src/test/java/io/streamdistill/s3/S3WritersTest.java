package io.streamdistill.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.CheckpointVersion;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Request;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/** Several writers, writers that are killed, services that know less than AWS, and large files. */
class S3WritersTest {

  private static final S3Location LOCATION = new S3Location(S3Server.BUCKET, "writers/");
  private static final int MIB = 1 << 20;

  private static S3Server server;

  @TempDir Path work;

  private CheckpointId id;
  private Path source;
  private Path target;

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.stop();
  }

  @BeforeEach
  void write(TestInfo test) {
    id = new CheckpointId(test.getTestMethod().orElseThrow().getName(), "v1");
    source = work.resolve("source");
    target = work.resolve("target");
    Checkpoints.write(id, source, 1_000);
  }

  private static S3CheckpointStore store(S3Client client, long partBytes, Duration future) {
    return new S3CheckpointStore(
        LOCATION,
        new S3Bucket(client, LOCATION.bucket(), partBytes),
        new S3Problems(LOCATION, server.settings()),
        Clock.offset(Clock.systemUTC(), future));
  }

  /** A client that tells {@code tap} of every request before it sends it. */
  private static S3Client tapped(Consumer<S3Request> tap) {
    return new DelegatingS3Client(server.client()) {
      @Override
      protected <T extends S3Request, R> R invokeOperation(T request, Function<T, R> operation) {
        tap.accept(request);
        return operation.apply(request);
      }

      @Override
      public void close() {
        // the other tests need it
      }
    };
  }

  private static S3CheckpointStore tappedStore(Consumer<S3Request> tap) {
    return store(tapped(tap), S3Bucket.PART_BYTES, Duration.ZERO);
  }

  private static boolean isConditional(S3Request request) {
    return request instanceof PutObjectRequest put && put.ifNoneMatch() != null;
  }

  private String manifestKey() {
    return LOCATION.keyPrefix(id) + "manifest.json";
  }

  @Test
  void uploadsTheManifestLastAndDeletesItFirst() {
    StringBuilder puts = new StringBuilder();
    try (CheckpointStore store =
        tappedStore(
            request ->
                request
                    .getValueForField("Key", String.class)
                    .ifPresent(key -> puts.append(key).append('\n')))) {
      store.put(id, source);
      assertThat(puts.toString().lines()).hasSize(5).endsWith(manifestKey());
      puts.setLength(0);
      store.delete(id);
      assertThat(puts.toString().lines()).hasSize(5).startsWith(manifestKey());
    }
  }

  @Test
  void refusesWhenAnotherWriterOfTheSameIdWasFaster() {
    byte[] another = "another's".getBytes(StandardCharsets.UTF_8);
    try (CheckpointStore store =
        tappedStore(
            request -> {
              if (isConditional(request)) {
                server.put(manifestKey(), another);
              }
            })) {
      assertThatThrownBy(() -> store.put(id, source))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("stored already");
    }
    assertThat(server.get(manifestKey())).isEqualTo(another);
  }

  @Test
  void succeedsWhenTheAnswerWasLostAndTheRetryMeetsItsOwnManifest() throws IOException {
    byte[] manifest = Files.readAllBytes(source.resolve("manifest.json"));
    try (CheckpointStore store =
        tappedStore(
            request -> {
              if (isConditional(request)) {
                server.put(manifestKey(), manifest);
              }
            })) {
      store.put(id, source);

      assertThat(store.list(id.student())).containsExactly(id);
    }
  }

  @Test
  void storesWhereConditionsAreNotImplemented() {
    try (CheckpointStore store =
        tappedStore(
            request -> {
              if (isConditional(request)) {
                throw S3Exception.builder().statusCode(501).message("not implemented").build();
              }
            })) {
      store.put(id, source);
      store.fetch(id, target);

      assertThatThrownBy(() -> store.put(id, source)).hasMessageContaining("stored already");
    }
    assertThat(CheckpointVerifier.verify(target).id()).isEqualTo(id);
  }

  @Test
  void fetchesWithCredentialsThatMayOnlyRead() {
    try (CheckpointStore store = tappedStore(request -> {})) {
      store.put(id, source);
    }
    try (S3CheckpointStore store =
        tappedStore(
            request -> {
              if (!(request instanceof GetObjectRequest)) {
                throw S3Exception.builder()
                    .statusCode(403)
                    .awsErrorDetails(AwsErrorDetails.builder().errorCode("AccessDenied").build())
                    .build();
              }
            })) {
      store.requireReachable();
      store.fetch(id, target);

      assertThatThrownBy(() -> store.list(id.student()))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("s3:ListBucket");
    }
    assertThat(CheckpointVerifier.verify(target).id()).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(ints = {5 * MIB, 5 * MIB + 1, 13 * MIB})
  void uploadsLargeFilesInParts(int bytes) {
    Checkpoints.write(id, source, bytes);
    try (CheckpointStore store = store(tapped(request -> {}), 5 * MIB, Duration.ZERO)) {
      store.delete(id); // of the run before
      store.put(id, source);
      store.fetch(id, target);
    }
    assertThat(target.resolve("weights.safetensors"))
        .hasSameBinaryContentAs(source.resolve("weights.safetensors"));
  }

  @Test
  void abortsAMultipartUploadThatFails() {
    Checkpoints.write(id, source, 13 * MIB);
    S3Client failing =
        tapped(
            request -> {
              if (request instanceof UploadPartRequest part && part.partNumber() == 2) {
                throw S3Exception.builder().statusCode(503).message("slow down").build();
              }
            });
    try (CheckpointStore store = store(failing, 5 * MIB, Duration.ZERO)) {
      assertThatThrownBy(() -> store.put(id, source))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll(id.toString(), "slow down");

      assertThat(store.list(id.student())).isEmpty();
    }
    assertThat(
            server
                .client()
                .listMultipartUploads(request -> request.bucket(S3Server.BUCKET))
                .uploads())
        .isEmpty();
  }

  @Test
  void clearsAtALaterPutWhatAKilledWriterLeft() {
    String killed =
        LOCATION.keyPrefix(
            new CheckpointId(
                id.student(),
                CheckpointVersion.next(null, 7, Clock.systemUTC().instant(), new Random(1))));
    byte[] content = new byte[10];
    server.put(killed + "config.json", content);
    server.put(killed + "extra/notes.txt", content);
    String foreign = LOCATION.keyPrefix(id.student()) + "archive/important.bin";
    server.put(foreign, content);
    try (CheckpointStore store = store(tapped(r -> {}), S3Bucket.PART_BYTES, Duration.ZERO)) {
      store.put(id, source);

      assertThat(server.keys(killed)).as("perhaps still under way").hasSize(2);
      assertThat(store.list(id.student())).containsExactly(id);
    }
    CheckpointId next = new CheckpointId(id.student(), "v2");
    Checkpoints.write(next, work.resolve("next"), 10);
    try (CheckpointStore store =
        store(
            tapped(r -> {}), S3Bucket.PART_BYTES, S3CheckpointStore.ABANDONED_AGE.plusMinutes(1))) {
      store.put(next, work.resolve("next"));

      assertThat(server.keys(killed)).isEmpty();
      assertThat(server.keys(foreign)).hasSize(1);
      assertThat(store.list(id.student())).containsExactly(id, next);
    }
  }
}
