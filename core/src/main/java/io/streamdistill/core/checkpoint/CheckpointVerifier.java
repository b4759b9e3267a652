package io.streamdistill.core.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Checks a checkpoint on disk against its manifest: every file, its size and its SHA-256. */
public final class CheckpointVerifier {

  private CheckpointVerifier() {}

  /**
   * Verifies the checkpoint in {@code directory}.
   *
   * @return its manifest
   * @throws CheckpointException when the manifest cannot be read, or a file is missing, differs, is
   *     not a regular file or is not in the manifest; names every such file
   */
  public static Manifest verify(Path directory) {
    return verify(directory, List.of());
  }

  /**
   * Verifies the checkpoint in {@code directory} also against what was announced.
   *
   * @param announced every file of the checkpoint, the manifest included; empty when unknown
   * @return its manifest
   * @throws CheckpointException as {@link #verify(Path)}
   */
  public static Manifest verify(Path directory, Collection<FileEntry> announced) {
    Manifest manifest = Manifest.read(directory);
    List<String> problems = new ArrayList<>();
    try {
      Path real = directory.toRealPath(); // the directory may be a link, what is in it may not
      compare(real, manifest, problems);
      if (!announced.isEmpty()) {
        compareAnnounced(real, manifest, announced, problems);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new CheckpointException("cannot read checkpoint %s: %s".formatted(directory, e), e);
    }
    if (!problems.isEmpty()) {
      throw new CheckpointException(
          "checkpoint %s is not intact; fetch it again or use another one:\n  %s"
              .formatted(directory, String.join("\n  ", problems)));
    }
    return manifest;
  }

  /**
   * Verifies the checkpoint in {@code directory}, and that it is {@code id}.
   *
   * @throws CheckpointException as {@link #verify(Path)}
   */
  public static Manifest verifyIs(CheckpointId id, Path directory) {
    Manifest manifest = verify(directory);
    if (!manifest.id().equals(id)) {
      throw new CheckpointException(
          "the manifest in %s is that of %s, not of %s; write it with the id it is stored under"
              .formatted(directory, manifest.id(), id));
    }
    return manifest;
  }

  private static void compare(Path directory, Manifest manifest, List<String> problems)
      throws IOException {
    Map<String, FileEntry> missing = new HashMap<>();
    manifest.files().forEach(file -> missing.put(file.name(), file));
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted().toList()) {
        if (path.equals(directory) || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          continue;
        }
        String name = directory.relativize(path).toString().replace('\\', '/');
        FileEntry expected = missing.remove(name);
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          problems.add(name + ": is not a regular file");
        } else if (expected != null) {
          compare(path, expected, problems);
        } else if (!name.equals(Manifest.FILE_NAME)) {
          problems.add(name + ": is not in the manifest");
        }
      }
    }
    missing.keySet().stream().sorted().forEach(name -> problems.add(name + ": is missing"));
  }

  private static void compare(Path file, FileEntry expected, List<String> problems)
      throws IOException {
    long size = Files.size(file);
    if (size != expected.size()) {
      problems.add(
          "%s: has %d bytes, expected %d".formatted(expected.name(), size, expected.size()));
      return;
    }
    String sha256 = FileTree.sha256(file);
    if (!sha256.equals(expected.sha256())) {
      problems.add(
          "%s: has sha-256 %s, expected %s".formatted(expected.name(), sha256, expected.sha256()));
    }
  }

  private static void compareAnnounced(
      Path directory, Manifest manifest, Collection<FileEntry> announced, List<String> problems)
      throws IOException {
    Map<String, FileEntry> inManifest = new HashMap<>();
    manifest.files().forEach(file -> inManifest.put(file.name(), file));
    boolean manifestAnnounced = false;
    for (FileEntry file : announced) {
      FileEntry other = inManifest.remove(file.name());
      if (file.name().equals(Manifest.FILE_NAME)) {
        manifestAnnounced = true;
        compare(directory.resolve(Manifest.FILE_NAME), file, problems);
      } else if (!file.equals(other)) {
        problems.add(
            "%s: was announced as %s, the manifest has %s".formatted(file.name(), file, other));
      }
    }
    inManifest.keySet().stream()
        .sorted()
        .forEach(name -> problems.add(name + ": is in the manifest, but was not announced"));
    if (!manifestAnnounced) {
      problems.add(Manifest.FILE_NAME + ": was not announced");
    }
  }
}
