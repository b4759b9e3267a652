package io.streamdistill.checkpoints.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Small trees of regular files: listed, hashed, copied and deleted durably, links not followed. */
public final class FileTree {

  private static final int BUFFER_BYTES = 1 << 16;

  private FileTree() {}

  /**
   * Returns the files under {@code directory}, sorted, with forward slashes.
   *
   * @throws CheckpointException when one of them is a link, or anything but a file or a directory
   */
  public static List<String> files(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) tree::iterator) {
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          names.add(name(directory, path));
        } else if (!path.equals(directory) && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          throw new CheckpointException(
              "%s is not a regular file; a checkpoint holds only files".formatted(path));
        }
      }
    }
    names.sort(null);
    return names;
  }

  private static String name(Path directory, Path file) {
    return directory.relativize(file).toString().replace('\\', '/');
  }

  /**
   * Reads a file that may be anything.
   *
   * @throws IOException also when it is larger than {@code maxBytes}, before memory is taken for it
   */
  public static byte[] read(Path file, int maxBytes) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(maxBytes + 1); // grows with what is there
      if (content.length > maxBytes) {
        throw new IOException("%s has more than %d bytes".formatted(file, maxBytes));
      }
      return content;
    }
  }

  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  public static String sha256(byte[] content) {
    return HexFormat.of().formatHex(sha256().digest(content));
  }

  public static String sha256(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Copies the files and fsyncs the copies; {@code to} must not exist. */
  public static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    for (String name : files(from)) {
      Path copy = to.resolve(name);
      Files.createDirectories(copy.getParent());
      Files.copy(from.resolve(name), copy, LinkOption.NOFOLLOW_LINKS);
      fsync(copy);
    }
    fsyncDirectories(to);
  }

  /** Writes a whole file, so that readers see the old content or the new. */
  static void replace(Path file, byte[] content) throws IOException {
    Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
    Files.write(temporary, content);
    fsync(temporary);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  public static void fsync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Fsyncs {@code directory} and the directories under it: their entries, not the contents. */
  public static void fsyncDirectories(Path directory) throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) tree::iterator) {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          fsync(path);
        }
      }
    }
  }

  /** Deletes a tree; does nothing when it, or part of it, is gone already. */
  public static void delete(Path root) throws IOException {
    if (Files.notExists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
