package io.streamdistill.cli;

import io.streamdistill.config.ConfigException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the operating system hands to the process, and may not be as it should be. */
final class Surroundings {

  /** What Java puts where bytes are no text in the locale's encoding. */
  private static final char UNDECODABLE = '\uFFFD';

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private Surroundings() {}

  /**
   * Checks that arguments and variables arrived as they were written.
   *
   * @throws ConfigException when letters of one were lost
   */
  static void check(Map<String, String> environment, String... args) {
    List.of(args).forEach(argument -> requireText("the argument", argument));
    environment.forEach(
        (name, value) -> {
          if (name.startsWith("DISTILL_")) {
            requireText(name, value);
          }
        });
  }

  private static void requireText(String what, String text) {
    if (text.indexOf(UNDECODABLE) >= 0) {
      throw new ConfigException(
          "%s '%s' is no text in the encoding of this locale, %s; set LC_ALL=C.UTF-8"
              .formatted(
                  what,
                  text.replace(UNDECODABLE, '?'),
                  System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name())));
    }
  }

  /**
   * Gives a user without an entry in the password file, as containers may run as, a home: libraries
   * are unpacked there. Java would take a directory called '?' for it, in the working directory.
   */
  static void requireHome(Map<String, String> environment) throws IOException {
    if (Path.of(System.getProperty("user.home", "?")).isAbsolute()) {
      return;
    }
    Path named = Path.of(environment.getOrDefault("HOME", ""));
    Path home =
        named.isAbsolute() && Files.isWritable(named)
            ? named
            : privateDirectory(Path.of(System.getProperty("java.io.tmpdir")));
    System.setProperty("user.home", home.toString());
  }

  /** A directory that nobody else can have put something into. */
  static Path privateDirectory(Path temporary) throws IOException {
    Path ours =
        temporary.resolve("distill-home-" + Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    try {
      if (Files.notExists(ours, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(ours, PosixFilePermissions.asFileAttribute(PRIVATE));
      }
      boolean isOurs =
          Files.isDirectory(ours, LinkOption.NOFOLLOW_LINKS)
              && Files.getPosixFilePermissions(ours, LinkOption.NOFOLLOW_LINKS).equals(PRIVATE)
              && Files.getAttribute(ours, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                  .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
      if (isOurs) {
        return ours;
      }
    } catch (IOException | UnsupportedOperationException e) {
      // another one will do
    }
    return Files.createTempDirectory(temporary, "distill-home-");
  }
}
