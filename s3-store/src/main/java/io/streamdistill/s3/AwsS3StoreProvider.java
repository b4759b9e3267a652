package io.streamdistill.s3;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.S3Settings;
import io.streamdistill.checkpoints.store.S3StoreProvider;
import java.time.Clock;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/** Opens S3 stores with credentials from the SDK's default chain. */
public final class AwsS3StoreProvider implements S3StoreProvider {

  /** Called by {@link java.util.ServiceLoader}. */
  public AwsS3StoreProvider() {}

  @Override
  public CheckpointStore open(String uri, S3Settings settings) {
    return open(uri, settings, DefaultCredentialsProvider.builder().build());
  }

  @Override
  public void check(String uri) {
    S3Location unused = S3Location.parse(uri);
  }

  static S3CheckpointStore open(
      String uri, S3Settings settings, AwsCredentialsProvider credentials) {
    S3Location location = S3Location.parse(uri);
    requireCredentials(location, credentials);
    S3Client client = S3Clients.create(settings, credentials);
    S3CheckpointStore store =
        new S3CheckpointStore(
            location,
            new S3Bucket(client, location.bucket(), S3Bucket.PART_BYTES),
            new S3Problems(location, settings),
            Clock.systemUTC());
    try {
      store.requireReachable();
      return store;
    } catch (CheckpointException e) {
      store.close();
      throw e;
    }
  }

  private static void requireCredentials(S3Location location, AwsCredentialsProvider credentials) {
    try {
      credentials.resolveCredentials();
    } catch (SdkException e) {
      throw new CheckpointException(
          "no credentials for checkpoint store %s were found; set AWS_ACCESS_KEY_ID and"
                  .formatted(location)
              + " AWS_SECRET_ACCESS_KEY, or give a profile or a role: "
              + e.getMessage(),
          e);
    }
  }
}
