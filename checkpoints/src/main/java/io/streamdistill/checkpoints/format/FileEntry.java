package io.streamdistill.checkpoints.format;

import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A file of a checkpoint, as its manifest and its announcement name it.
 *
 * @param name path within the checkpoint: forward slashes, no segment that starts with '.', at most
 *     200 characters
 * @param size bytes
 * @param sha256 SHA-256 of the content, 64 lower-case hexadecimal digits
 */
public record FileEntry(String name, long size, String sha256) {

  /** Most files of a checkpoint; one has about six. */
  public static final int MAX_FILES = 1_000;

  private static final String SEGMENT = "[a-zA-Z0-9_-][a-zA-Z0-9._-]*";
  private static final Pattern NAME = Pattern.compile(SEGMENT + "(/" + SEGMENT + ")*");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final int MAX_NAME = 200;

  /** Validates: the name becomes a path under a directory of the reader's choice. */
  public FileEntry {
    requireName(name);
    if (size < 0) {
      throw new CheckpointException("file '%s' has size %d; sizes are >= 0".formatted(name, size));
    }
    if (!SHA256.matcher(sha256).matches()) {
      throw new CheckpointException(
          "file '%s' has sha-256 '%s'; it takes 64 lower-case hexadecimal digits"
              .formatted(name, sha256));
    }
  }

  /** Rejects absolute names, names with "..", hidden files and everything exotic. */
  static void requireName(String name) {
    if (name.length() > MAX_NAME || !NAME.matcher(name).matches()) {
      throw new CheckpointException(
          "'%s' is not a safe file name in a checkpoint; use letters, digits, '.', '_', '-' and '/'"
                  .formatted(name)
              + " to separate directories, no leading '.', at most %d characters"
                  .formatted(MAX_NAME));
    }
  }

  /** Refuses more files than a checkpoint may have. */
  public static void requireFew(int files) {
    if (files > MAX_FILES) {
      throw new CheckpointException(
          "%d files are more than the %d that a checkpoint may have".formatted(files, MAX_FILES));
    }
  }

  /** The files of a checkpoint, by name. */
  static List<FileEntry> sorted(List<FileEntry> files) {
    requireFew(files.size());
    if (files.stream().map(FileEntry::name).distinct().count() != files.size()) {
      throw new CheckpointException("manifest names a file twice: " + files);
    }
    return files.stream().sorted(Comparator.comparing(FileEntry::name)).toList();
  }
}
