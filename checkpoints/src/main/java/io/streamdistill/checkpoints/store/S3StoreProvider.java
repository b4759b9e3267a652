package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.CheckpointException;

/**
 * Opens {@code s3:} stores. Found through {@link java.util.ServiceLoader}, so that only the module
 * that implements it needs the AWS SDK.
 */
public interface S3StoreProvider {

  /**
   * Opens a store.
   *
   * @param uri {@code s3://bucket} or {@code s3://bucket/prefix}
   * @throws io.streamdistill.config.ConfigException when the URI or the settings cannot be used
   * @throws CheckpointException when the store cannot be reached
   */
  CheckpointStore open(String uri, S3Settings settings);

  /**
   * Checks the form of a URI, without asking the store.
   *
   * @throws io.streamdistill.config.ConfigException when it is none of {@link #open}
   */
  void check(String uri);
}
