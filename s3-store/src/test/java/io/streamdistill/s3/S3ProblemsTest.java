package io.streamdistill.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.UnreachableException;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.S3Settings;
import io.streamdistill.config.ConfigException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Messages say what, where and what to do. */
class S3ProblemsTest {

  private static final String STORE = "s3://" + S3Server.BUCKET + "/problems";
  private static final CheckpointId ID = new CheckpointId("student", "v1");

  private static S3Server server;

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.stop();
  }

  private static void requireThatOpenFailsWith(
      String store, S3Settings settings, AwsCredentialsProvider credentials, String... words) {
    assertThatThrownBy(() -> AwsS3StoreProvider.open(store, settings, credentials))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(words);
  }

  private static AwsCredentialsProvider credentials(String id, String secret) {
    return StaticCredentialsProvider.create(AwsBasicCredentials.create(id, secret));
  }

  private static AwsCredentialsProvider right() {
    return StaticCredentialsProvider.create(S3Server.CREDENTIALS);
  }

  @Test
  void namesABucketThatDoesNotExist() {
    requireThatOpenFailsWith(
        "s3://no-such-bucket/x",
        server.settings(),
        right(),
        "s3://no-such-bucket/x",
        "bucket 'no-such-bucket' does not exist",
        server.settings().endpoint());
  }

  @Test
  void saysThatCredentialsAreNotAccepted() {
    requireThatOpenFailsWith(
        STORE,
        server.settings(),
        credentials(S3Server.CREDENTIALS.accessKeyId(), "wrong"),
        STORE,
        "not accepted",
        "AWS_ACCESS_KEY_ID");
  }

  @Test
  void saysThatThereAreNoCredentials() {
    requireThatOpenFailsWith(
        STORE,
        server.settings(),
        AwsCredentialsProviderChain.of(
            () -> {
              throw SdkClientException.create("none here");
            }),
        STORE,
        "no credentials",
        "AWS_ACCESS_KEY_ID",
        "none here");
  }

  @Test
  void namesAnEndpointThatCannotBeReached() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    requireThatOpenFailsWith(
        STORE,
        S3Server.settings(free),
        right(),
        STORE,
        "http://127.0.0.1:" + free,
        "cannot be reached",
        "s3.endpoint");
  }

  @Test
  void namesTheBucketWhenItIsGoneLater() {
    server.client().createBucket(request -> request.bucket("short-lived"));
    try (CheckpointStore store = server.store("s3://short-lived")) {
      server.client().deleteBucket(request -> request.bucket("short-lived"));

      assertThatThrownBy(() -> store.fetch(ID, Path.of("target", "nowhere")))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll(ID.toString(), "s3://short-lived", "does not exist");
      assertThatThrownBy(() -> store.list("student"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("does not exist");
      assertThatThrownBy(() -> store.delete(ID))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("does not exist");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "AccessDenied, 403, s3:GetObject, false",
    "ExpiredToken, 400, not accepted, false",
    "RequestTimeTooSkewed, 403, clock, false",
    "PermanentRedirect, 301, s3.region, false",
    "ConditionalRequestConflict, 409, another writer, false",
    "InvalidArgument, 400, as the service says it, false",
    "RequestTimeout, 400, did not arrive whole, true",
    "IncompleteBody, 400, did not arrive whole, true",
    "SlowDown, 503, as the service says it, true",
  })
  void explainsWhatTheServiceRefuses(String code, int status, String words, boolean later) {
    S3Problems problems = new S3Problems(S3Location.parse(STORE), S3Settings.defaults());
    S3Exception refused =
        (S3Exception)
            S3Exception.builder()
                .message("as the service says it")
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .build();

    CheckpointException failure = problems.failed("cannot store checkpoint x in", refused);

    assertThat(failure).hasMessageContainingAll(STORE, words, "as the service says it");
    assertThat(failure instanceof UnreachableException).as("is tried again").isEqualTo(later);
  }

  @Test
  void suggestsThePathStyleWhereTheBucketIsLookedForInTheHost() {
    SdkClientException unknown =
        SdkClientException.create("unknown", new UnknownHostException("checkpoints.minio"));
    S3Location location = S3Location.parse(STORE);

    assertThat(new S3Problems(location, new S3Settings("http://minio:9000", "", false)))
        .extracting(problems -> problems.explain(unknown))
        .asString()
        .contains("http://minio:9000", "s3.path-style", "checkpoints.HOST");
    assertThat(new S3Problems(location, new S3Settings("http://minio:9000", "", true)))
        .extracting(problems -> problems.explain(unknown))
        .asString()
        .doesNotContain("path-style");
  }

  @Test
  void asksForARegionWhereNobodySaysOne() {
    S3Settings aws = S3Settings.defaults();

    assertThatThrownBy(() -> AwsS3StoreProvider.open(STORE, aws, right()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("s3.region", "s3.endpoint");
  }
}
