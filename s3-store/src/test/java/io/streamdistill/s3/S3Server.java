package io.streamdistill.s3;

import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.S3Settings;
import java.net.URI;
import java.util.List;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** An S3 server in this process, with one bucket, and what tests do to it behind a store's back. */
final class S3Server {

  static final String BUCKET = "checkpoints";

  /** The credentials that the build puts into the environment. */
  static final AwsBasicCredentials CREDENTIALS =
      AwsBasicCredentials.create(
          System.getenv("AWS_ACCESS_KEY_ID"), System.getenv("AWS_SECRET_ACCESS_KEY"));

  private final S3Proxy proxy;
  private final S3Client client;

  private S3Server(S3Proxy proxy) {
    this.proxy = proxy;
    this.client = S3Clients.create(settings(), StaticCredentialsProvider.create(CREDENTIALS));
  }

  static S3Server start() throws Exception {
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(new TransientNio2BlobStore())
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(
                AuthenticationType.AWS_V4, CREDENTIALS.accessKeyId(), CREDENTIALS.secretAccessKey())
            .build();
    proxy.start();
    S3Server server = new S3Server(proxy);
    server.client.createBucket(request -> request.bucket(BUCKET));
    return server;
  }

  int port() {
    return proxy.getPort();
  }

  S3Settings settings() {
    return settings(port());
  }

  static S3Settings settings(int port) {
    return new S3Settings("http://127.0.0.1:" + port, "", true);
  }

  S3Client client() {
    return client;
  }

  /** A store as users get it. */
  CheckpointStore store(String uri) {
    return new AwsS3StoreProvider().open(uri, settings());
  }

  List<String> keys(String prefix) {
    return client
        .listObjectsV2Paginator(request -> request.bucket(BUCKET).prefix(prefix))
        .contents()
        .stream()
        .map(S3Object::key)
        .toList();
  }

  byte[] get(String key) {
    return client.getObjectAsBytes(request -> request.bucket(BUCKET).key(key)).asByteArray();
  }

  void put(String key, byte[] content) {
    client.putObject(request -> request.bucket(BUCKET).key(key), RequestBody.fromBytes(content));
  }

  void delete(String key) {
    client.deleteObject(request -> request.bucket(BUCKET).key(key));
  }

  void stop() throws Exception {
    client.close();
    proxy.stop();
  }
}
