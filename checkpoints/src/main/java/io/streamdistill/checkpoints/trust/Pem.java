package io.streamdistill.checkpoints.trust;

import static io.streamdistill.config.Require.require;

import io.streamdistill.checkpoints.format.FileTree;
import io.streamdistill.config.ConfigException;
import io.streamdistill.exit.FileReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys in PEM files (RFC 7468). */
final class Pem {

  static final String PRIVATE_KEY = "PRIVATE KEY";
  static final String PUBLIC_KEY = "PUBLIC KEY";

  private static final int MAX_BYTES = 64 << 10;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \\1-----");

  /** What is between BEGIN and END. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Block(String label, byte[] content) {}

  private Pem() {}

  /**
   * Reads every block of a file.
   *
   * @param what names the file in error messages, such as the key of the configuration
   * @throws ConfigException when it cannot be read, or has none
   */
  static List<Block> read(String what, Path file) {
    String text;
    try {
      text = new String(FileTree.read(file, MAX_BYTES), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new ConfigException(
          "%s: %s cannot be read: %s".formatted(what, file, FileReason.of(e)), e);
    }
    List<Block> blocks = new ArrayList<>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      try {
        blocks.add(
            new Block(block.group(1), Base64.getMimeDecoder().decode(block.group(2).strip())));
      } catch (IllegalArgumentException e) {
        throw new ConfigException(
            "%s: %s holds a %s that is not base64: %s"
                .formatted(what, file, block.group(1), e.getMessage()),
            e);
      }
    }
    require(
        !blocks.isEmpty(),
        "%s: %s is not a PEM file (-----BEGIN ...); 'distill keygen' writes such files",
        what,
        file);
    return blocks;
  }

  static String encode(String label, byte[] content) {
    String lines =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, lines, label);
  }
}
