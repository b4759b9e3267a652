package io.streamdistill.checkpoints.store;

import static io.streamdistill.config.Require.require;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * The section {@code s3:} of the configuration: where {@code s3:} stores are. Credentials are no
 * part of it; the AWS SDK looks for them in its own places.
 *
 * @param endpoint URL of an S3-compatible service; empty is AWS; default empty
 * @param region region of the bucket; empty is the one that the SDK finds, with an endpoint {@code
 *     us-east-1}; default empty
 * @param pathStyle whether the bucket is part of the path rather than of the host name; default
 *     false
 */
public record S3Settings(String endpoint, String region, boolean pathStyle) {

  /** Validates. */
  public S3Settings {
    require(
        endpoint.isEmpty() || isBareUrl(endpoint),
        "s3.endpoint must be a URL of scheme, host and port such as https://minio:9000, got '%s';"
            + " bucket and prefix belong into student.checkpoint.store, credentials into the"
            + " environment",
        endpoint);
    require(
        region.matches("[a-zA-Z0-9_-]*"),
        "s3.region must be the name of a region such as eu-central-1, got '%s'",
        region);
  }

  /** AWS, in the region that the SDK finds. */
  public static S3Settings defaults() {
    return new S3Settings("", "", false);
  }

  private static boolean isBareUrl(String endpoint) {
    try {
      URI uri = new URI(endpoint);
      return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null
          && uri.getRawPath().matches("/?");
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
