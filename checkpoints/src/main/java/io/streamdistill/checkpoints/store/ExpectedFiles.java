package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.ManifestFile;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a fetch may bring: known before anything but the manifest is copied, so that a store that
 * holds something else, or more, fills nobody's disk.
 */
public final class ExpectedFiles {

  private static final ExpectedFiles UNKNOWN = new ExpectedFiles(null);

  private final @Nullable List<FileEntry> announced;

  private ExpectedFiles(@Nullable List<FileEntry> announced) {
    this.announced = announced;
  }

  /** The files that the manifest in the store names, whatever it is. */
  public static ExpectedFiles ofManifest() {
    return UNKNOWN;
  }

  /**
   * The files of an announcement, the manifest included, and no manifest that says otherwise.
   *
   * @throws CheckpointException when there is no manifest among them
   */
  public static ExpectedFiles announced(Collection<FileEntry> files) {
    FileEntry.requireFew(files.size());
    ExpectedFiles expected = new ExpectedFiles(List.copyOf(files));
    if (expected.manifest().isEmpty()) {
      throw new CheckpointException(Manifest.FILE_NAME + ": was not announced");
    }
    return expected;
  }

  private Optional<FileEntry> manifest() {
    return announced == null
        ? Optional.empty()
        : announced.stream().filter(file -> file.name().equals(Manifest.FILE_NAME)).findFirst();
  }

  /** How large the manifest may be. */
  public int manifestBytes() {
    return (int)
        Math.min(
            ManifestFile.MAX_BYTES,
            manifest().map(FileEntry::size).orElse((long) ManifestFile.MAX_BYTES));
  }

  /**
   * The manifest that was fetched into {@code directory}, if it is the one that is expected.
   *
   * @throws CheckpointException when it is another one, or names other files than were announced
   */
  Manifest read(CheckpointId id, Path directory) {
    Manifest manifest =
        CheckpointVerifier.announced(directory, announced == null ? List.of() : announced);
    if (!manifest.id().equals(id)) {
      throw new CheckpointException(
          "the manifest that is stored as %s is that of %s".formatted(id, manifest.id()));
    }
    return manifest;
  }
}
