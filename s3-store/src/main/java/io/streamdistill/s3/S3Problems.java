package io.streamdistill.s3;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.UnreachableException;
import io.streamdistill.checkpoints.store.S3Settings;
import java.io.IOException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Says in words what a request failed of, and what to do about it.
 *
 * @param location of the store
 * @param settings that the client was made from
 */
record S3Problems(S3Location location, S3Settings settings) {

  private static final int SERVER_ERROR = 500;

  /** What S3 says when a request did not arrive whole. */
  private static final Set<String> BROKEN_OFF = Set.of("RequestTimeout", "IncompleteBody");

  /** Says whether the credentials are known, but may not do what was asked. */
  static boolean isDenied(SdkException e) {
    return "AccessDenied".equals(code(e));
  }

  /**
   * Makes an exception.
   *
   * @param attempt what could not be done, up to the name of the store
   */
  CheckpointException failed(String attempt, SdkException e) {
    String message = "%s %s: %s".formatted(attempt, location, explain(e));
    return isOutage(e) ? new UnreachableException(message, e) : new CheckpointException(message, e);
  }

  /** Whether the service is away or busy, so that a later attempt may succeed. */
  private static boolean isOutage(SdkException e) {
    if (e instanceof AwsServiceException service) {
      return service.statusCode() >= SERVER_ERROR
          || service.isThrottlingException()
          || BROKEN_OFF.contains(code(e));
    }
    return e instanceof ApiCallTimeoutException || isNetwork(e);
  }

  String explain(SdkException e) {
    String explanation = e instanceof AwsServiceException ? refused(code(e)) : broken(e);
    return explanation.isEmpty()
        ? Objects.toString(e.getMessage(), e.toString())
        : explanation + " (" + e.getMessage() + ")";
  }

  private String refused(String code) {
    return switch (code) {
      case "NoSuchBucket" ->
          "bucket '%s' does not exist at %s; create it, or correct the name"
              .formatted(location.bucket(), service());
      case "AccessDenied" ->
          "access is denied; the credentials need s3:ListBucket on the bucket, and s3:GetObject,"
              + " s3:PutObject and s3:DeleteObject on what is in it; fetching needs s3:GetObject";
      case "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "ExpiredToken",
          "InvalidToken",
          "TokenRefreshRequired" ->
          "the credentials are not accepted; check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the"
              + " profile or the role";
      case "RequestTimeout", "IncompleteBody" ->
          "the request did not arrive whole at %s; check the network".formatted(service());
      case "RequestTimeTooSkewed" -> "the clock of this machine is wrong; set it";
      case "PermanentRedirect", "AuthorizationHeaderMalformed" ->
          "the bucket is in another region; set s3.region to it";
      case "ConditionalRequestConflict" ->
          "another writer stores or deletes the same checkpoint just now; try again";
      default -> "";
    };
  }

  private String broken(SdkException e) {
    if (e instanceof ApiCallTimeoutException) {
      return "%s was too slow; check the network".formatted(service());
    }
    if (!isNetwork(e)) {
      return "";
    }
    boolean bucketInHost = !settings.endpoint().isEmpty() && !settings.pathStyle();
    return "%s cannot be reached, or the connection broke off; check s3.endpoint, the network and"
            .formatted(service())
        + " whether the service runs"
        + (bucketInHost ? ", and set s3.path-style if it does not know %s.HOST" : "")
            .formatted(location.bucket());
  }

  private static boolean isNetwork(@Nullable Throwable e) {
    return e != null && (e instanceof IOException || isNetwork(e.getCause()));
  }

  private static String code(SdkException e) {
    AwsErrorDetails details =
        e instanceof AwsServiceException service ? service.awsErrorDetails() : null;
    String code = details == null ? null : details.errorCode();
    return code == null ? "" : code;
  }

  private String service() {
    return settings.endpoint().isEmpty() ? "S3" : settings.endpoint();
  }
}
