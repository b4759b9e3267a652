package io.streamdistill.exit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;
import java.util.Optional;

/** Says of a failed operation on a file which file and why, in words, without class names. */
public final class FileReason {

  private FileReason() {}

  /** Which file, and why: {@code /data/x: Permission denied}. */
  public static String of(Exception failure) {
    if (failure instanceof UncheckedIOException unchecked && unchecked.getCause() != null) {
      return of(unchecked.getCause());
    }
    if (failure instanceof FileSystemException file) {
      String reason = reason(file);
      String other = file.getOtherFile() == null ? "" : " -> " + file.getOtherFile();
      return file.getFile() == null ? reason : file.getFile() + other + ": " + reason;
    }
    if (failure instanceof UnknownHostException) {
      return "the host '%s' is not known".formatted(failure.getMessage());
    }
    return Objects.requireNonNullElse(failure.getMessage(), failure.toString());
  }

  /** That of the innermost operation on a file among the causes of {@code failure}. */
  public static Optional<String> in(Throwable failure) {
    Optional<String> found = Optional.empty();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException file && !(cause.getCause() instanceof IOException)) {
        found = Optional.of(of(file));
      } else if (cause instanceof UncheckedIOException unchecked && unchecked.getCause() == null) {
        found = Optional.ofNullable(unchecked.getMessage());
      }
    }
    return found;
  }

  private static String reason(FileSystemException failure) {
    if (failure instanceof AccessDeniedException) {
      return "Permission denied";
    }
    if (failure instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return "is there already, and is no directory";
    }
    if (failure instanceof NotDirectoryException) {
      return "is no directory";
    }
    if (failure instanceof DirectoryNotEmptyException) {
      return "is a directory that is not empty";
    }
    if (failure instanceof FileSystemLoopException) {
      return "is a symbolic link that leads to itself";
    }
    return Objects.requireNonNullElse(failure.getReason(), failure.toString());
  }
}
