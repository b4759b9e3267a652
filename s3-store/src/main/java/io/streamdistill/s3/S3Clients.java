package io.streamdistill.s3;

import io.streamdistill.checkpoints.store.S3Settings;
import io.streamdistill.config.ConfigException;
import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Clients that send what every service takes that speaks S3: bodies as they are, without the
 * checksums that AWS has added since. Ours are in the manifest, and compared on every fetch.
 */
final class S3Clients {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** Longest wait for the next byte. */
  private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(60);

  private S3Clients() {}

  static S3Client create(S3Settings settings, AwsCredentialsProvider credentials) {
    S3ClientBuilder builder =
        S3Client.builder()
            .credentialsProvider(credentials)
            .forcePathStyle(settings.pathStyle())
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(
                s3 ->
                    s3.chunkedEncodingEnabled(false)
                        .expectContinueEnabled(false)) // aws/aws-sdk-java-v2#6670
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(CONNECT_TIMEOUT)
                    .socketTimeout(SOCKET_TIMEOUT));
    if (!settings.region().isEmpty()) {
      builder.region(Region.of(settings.region()));
    }
    if (!settings.endpoint().isEmpty()) {
      builder.endpointOverride(URI.create(settings.endpoint()));
      if (settings.region().isEmpty()) {
        builder.region(Region.US_EAST_1); // part of the signature, whatever the service is
      }
    }
    try {
      return builder.build();
    } catch (SdkClientException e) { // all that is looked for at this point is the region
      throw new ConfigException(
          "no region for s3: stores is known; set s3.region or AWS_REGION, or, for a service that is"
              + " not AWS, s3.endpoint: "
              + e.getMessage(),
          e);
    }
  }
}
