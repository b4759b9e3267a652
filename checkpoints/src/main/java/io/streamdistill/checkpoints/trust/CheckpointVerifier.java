package io.streamdistill.checkpoints.trust;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.FileTree;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.ManifestFile;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks a checkpoint on disk against its manifest: every file, its size and its SHA-256. */
public final class CheckpointVerifier {

  private static final int MAX_PROBLEMS = 20;

  private CheckpointVerifier() {}

  /**
   * Verifies the checkpoint in {@code directory}.
   *
   * @return its manifest
   * @throws CheckpointException when the manifest cannot be read, or a file is missing, differs, is
   *     not a regular file or is not in the manifest; names every such file
   */
  public static Manifest verify(Path directory) {
    return verify(directory, List.of(), TrustedKeys.none());
  }

  /**
   * Verifies the checkpoint in {@code directory}, and that it is signed.
   *
   * @param keys one of which must have signed it, unless there are none
   * @return its manifest
   * @throws CheckpointException as {@link #verify(Path)}
   */
  public static Manifest verify(Path directory, TrustedKeys keys) {
    return verify(directory, List.of(), keys);
  }

  /**
   * Verifies the checkpoint in {@code directory} also against what was announced.
   *
   * @param announced every file of the checkpoint, the manifest included; empty when unknown
   * @param keys one of which must have signed it, unless there are none
   * @return its manifest
   * @throws CheckpointException as {@link #verify(Path)}
   */
  public static Manifest verify(Path directory, Collection<FileEntry> announced, TrustedKeys keys) {
    byte[] json = ManifestFile.bytes(directory);
    if (!announced.isEmpty()) {
      requireAnnounced(directory, json, announced); // before any of it is believed
    }
    Manifest manifest = ManifestFile.parse(directory, json);
    keys.requireSigned(directory, manifest, json);
    List<String> problems = new ArrayList<>();
    try {
      Path real = directory.toRealPath(); // the directory may be a link, what is in it may not
      compare(real, manifest, problems, true);
    } catch (IOException | UncheckedIOException e) {
      throw new CheckpointException("cannot read checkpoint %s: %s".formatted(directory, e), e);
    }
    if (!announced.isEmpty()) {
      compareAnnounced(manifest, announced, problems);
    }
    requireNone(directory, problems);
    return manifest;
  }

  /**
   * Reads the manifest in {@code directory}, before the other files are there.
   *
   * @param announced every file of the checkpoint, the manifest included; empty when unknown
   * @throws CheckpointException when it is not what was announced
   */
  public static Manifest announced(Path directory, Collection<FileEntry> announced) {
    byte[] json = ManifestFile.bytes(directory);
    List<String> problems = new ArrayList<>();
    if (announced.isEmpty()) {
      return ManifestFile.parse(directory, json);
    }
    requireAnnounced(directory, json, announced);
    Manifest manifest = ManifestFile.parse(directory, json);
    compareAnnounced(manifest, announced, problems);
    requireNone(directory, problems);
    return manifest;
  }

  private static void requireNone(Path directory, List<String> problems) {
    if (!problems.isEmpty()) {
      int more = problems.size() - MAX_PROBLEMS;
      throw new CheckpointException(
          "checkpoint %s is not intact; fetch it again or use another one:\n  %s%s"
              .formatted(
                  directory,
                  problems.stream().limit(MAX_PROBLEMS).collect(Collectors.joining("\n  ")),
                  more > 0 ? "\n  and %d more".formatted(more) : ""));
    }
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

  /**
   * Makes sure that a directory holds the files of a manifest and no others, each of its size. What
   * is in them was hashed when they were written, and is not read again.
   *
   * @throws CheckpointException naming every file that is missing, too much, or has another size
   */
  public static void requireFiles(Path directory, Manifest manifest) throws IOException {
    List<String> problems = new ArrayList<>();
    compare(directory.toRealPath(), manifest, problems, false);
    requireNone(directory, problems);
  }

  private static void compare(
      Path directory, Manifest manifest, List<String> problems, boolean hashed) throws IOException {
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
          compare(path, expected, problems, hashed);
        } else if (!name.equals(Manifest.FILE_NAME)) {
          problems.add(name + ": is not in the manifest");
        }
      }
    }
    missing.keySet().stream().sorted().forEach(name -> problems.add(name + ": is missing"));
  }

  private static void compare(Path file, FileEntry expected, List<String> problems, boolean hashed)
      throws IOException {
    long size = Files.size(file);
    String sha256 = hashed && size == expected.size() ? FileTree.sha256(file) : expected.sha256();
    compare(size, sha256, expected, problems);
  }

  private static void compare(long size, String sha256, FileEntry expected, List<String> problems) {
    if (size != expected.size()) {
      problems.add(
          "%s: has %d bytes, expected %d".formatted(expected.name(), size, expected.size()));
    } else if (!sha256.equals(expected.sha256())) {
      problems.add(
          "%s: has sha-256 %s, expected %s".formatted(expected.name(), sha256, expected.sha256()));
    }
  }

  private static void requireAnnounced(
      Path directory, byte[] json, Collection<FileEntry> announced) {
    List<FileEntry> manifests =
        announced.stream().filter(file -> file.name().equals(Manifest.FILE_NAME)).toList();
    if (manifests.isEmpty()) {
      requireNone(directory, List.of(Manifest.FILE_NAME + ": was not announced"));
    }
    for (FileEntry expected : manifests) {
      List<String> problems = new ArrayList<>();
      compare(json.length, FileTree.sha256(json), expected, problems);
      requireNone(directory, problems);
    }
  }

  private static void compareAnnounced(
      Manifest manifest, Collection<FileEntry> announced, List<String> problems) {
    Map<String, FileEntry> inManifest = new HashMap<>();
    manifest.files().forEach(file -> inManifest.put(file.name(), file));
    for (FileEntry file : announced) {
      FileEntry other = inManifest.remove(file.name());
      if (!file.name().equals(Manifest.FILE_NAME) && !file.equals(other)) {
        problems.add(
            "%s: was announced as %s, the manifest has %s".formatted(file.name(), file, other));
      }
    }
    inManifest.keySet().stream()
        .sorted()
        .forEach(name -> problems.add(name + ": is in the manifest, but was not announced"));
  }
}
