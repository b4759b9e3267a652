package io.streamdistill.s3;

import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.CheckpointStoreContract;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class S3CheckpointStoreTest extends CheckpointStoreContract {

  private static final String STORE = "s3://" + S3Server.BUCKET + "/contract/of-stores";

  private static S3Server server;

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.stop();
  }

  @Override
  protected CheckpointStore open() {
    return server.store(STORE);
  }

  @Override
  protected List<String> address() {
    return List.of(STORE, "localhost:1", server.settings().endpoint());
  }
}
