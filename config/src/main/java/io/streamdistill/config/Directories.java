package io.streamdistill.config;

import static io.streamdistill.config.Require.require;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Whether directories that a configuration names can be written to. */
public final class Directories {

  private Directories() {}

  /**
   * Checks that {@code directory} is one that can be written to, or could be created.
   *
   * @param what names the key and its value, for the message
   * @throws ConfigException when it is not
   */
  public static void requireWritable(String what, Path directory) {
    Path there = directory.toAbsolutePath().normalize();
    while (!Files.exists(there, LinkOption.NOFOLLOW_LINKS) && there.getParent() != null) {
      there = there.getParent();
    }
    boolean same = there.equals(directory.toAbsolutePath().normalize());
    require(
        Files.isDirectory(there),
        "%s: %s is %s; name a directory, which is created if need be",
        what,
        there,
        Files.isSymbolicLink(there) ? "a link that leads nowhere" : "a file");
    require(
        Files.isWritable(there),
        "%s: %s %s: no permission for user '%s', or a read-only file system",
        what,
        there,
        same ? "cannot be written to" : "is there, and nothing can be created in it",
        System.getProperty("user.name"));
  }
}
