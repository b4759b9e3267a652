package io.streamdistill.s3;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.FileEntry;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * How the content of an object is taken in: never more than expected, and a connection that breaks
 * off is an error that the SDK retries.
 */
final class Download {

  private static final int BUFFER_BYTES = 1 << 16;

  private Download() {}

  /** Takes in up to {@code maxBytes}; a larger object is a {@link CheckpointException}. */
  static ResponseTransformer<GetObjectResponse, byte[]> toMemory(String where, int maxBytes) {
    return (response, content) -> {
      byte[] bytes = read(content, maxBytes + 1);
      if (bytes.length > maxBytes) {
        content.abort();
        throw new CheckpointException(
            "%s has more than the %d bytes that it may have".formatted(where, maxBytes));
      }
      Long announced = response.contentLength();
      if (announced != null && announced != bytes.length) {
        throw brokeOff(where, bytes.length, announced);
      }
      return bytes;
    };
  }

  /** Writes a file that is fsynced; an object other than {@code entry} is an error. */
  static ResponseTransformer<GetObjectResponse, FileEntry> toFile(
      String where, FileEntry entry, Path file) {
    return (response, content) -> {
      Long announced = response.contentLength();
      if (announced != null && announced != entry.size()) {
        content.abort();
        throw otherSize(where, entry, announced + " bytes");
      }
      MessageDigest digest = sha256();
      try (FileOutputStream out = new FileOutputStream(file.toFile())) {
        long missing = entry.size();
        while (missing > 0) {
          byte[] bytes = read(content, (int) Math.min(BUFFER_BYTES, missing));
          if (bytes.length == 0) {
            throw brokeOff(where, entry.size() - missing, entry.size());
          }
          digest.update(bytes);
          out.write(bytes);
          missing -= bytes.length;
        }
        out.getFD().sync();
      } catch (IOException e) {
        content.abort();
        throw new UncheckedIOException(e);
      }
      if (read(content, 1).length > 0) {
        content.abort();
        throw otherSize(where, entry, "more bytes");
      }
      requireSame(where, entry, HexFormat.of().formatHex(digest.digest()));
      return entry;
    };
  }

  private static byte[] read(InputStream content, int maxBytes) {
    try {
      return content.readNBytes(maxBytes);
    } catch (IOException e) {
      throw RetryableException.create("the connection broke off: " + e.getMessage(), e);
    }
  }

  private static RetryableException brokeOff(String where, long received, long announced) {
    return RetryableException.create(
        "%s broke off after %d of %d bytes".formatted(where, received, announced));
  }

  private static CheckpointException otherSize(String where, FileEntry entry, String found) {
    return new CheckpointException(
        "%s has %s, its manifest says %d; it was changed after it was stored"
            .formatted(where, found, entry.size()));
  }

  private static void requireSame(String where, FileEntry entry, String sha256) {
    if (!sha256.equals(entry.sha256())) {
      throw new CheckpointException(
          "%s has sha-256 %s, its manifest says %s; it was changed after it was stored"
              .formatted(where, sha256, entry.sha256()));
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
