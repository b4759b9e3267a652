package io.streamdistill.s3;

import static io.streamdistill.config.Require.require;

import io.streamdistill.checkpoints.format.CheckpointId;
import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a store is. A file of a checkpoint is the object {@code prefix + student/version/name}.
 *
 * @param bucket name of the bucket
 * @param prefix what all keys of the store begin with: empty, or ends with a slash
 */
record S3Location(String bucket, String prefix) {

  private static final String SEGMENT = "[a-zA-Z0-9_=-][a-zA-Z0-9._=-]*";
  private static final Pattern URI_FORM =
      Pattern.compile(
          "s3://(?<bucket>[a-zA-Z0-9][a-zA-Z0-9._-]{1,62})(/(?<prefix>%1$s(/%1$s)*)?)?/?"
              .formatted(SEGMENT));

  /** Reads {@code s3://bucket} or {@code s3://bucket/prefix}. */
  static S3Location parse(String uri) {
    Matcher matcher = URI_FORM.matcher(uri);
    require(
        matcher.matches(),
        "checkpoint store '%s' is not s3://bucket or s3://bucket/prefix; a prefix takes letters,"
            + " digits, '.', '_', '-', '=' and '/'",
        uri);
    String prefix = matcher.group("prefix");
    return new S3Location(matcher.group("bucket"), prefix == null ? "" : prefix + "/");
  }

  /** What all keys of a student begin with. */
  String keyPrefix(String student) {
    return prefix + student + "/";
  }

  /** What all keys of a checkpoint begin with. */
  String keyPrefix(CheckpointId id) {
    return prefix + id + "/";
  }

  /** The checkpoint, as it is announced. */
  URI uri(CheckpointId id) {
    return URI.create("s3://" + bucket + "/" + prefix + id);
  }

  @Override
  public String toString() {
    return "s3://"
        + bucket
        + (prefix.isEmpty() ? "" : "/" + prefix.substring(0, prefix.length() - 1));
  }
}
