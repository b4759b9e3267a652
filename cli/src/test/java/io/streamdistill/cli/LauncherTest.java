package io.streamdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.condition.OS.LINUX;

import io.streamdistill.cli.process.JvmFlags;
import io.streamdistill.config.ByteSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launcher against a Java and a Maven that only say how they were called. */
@EnabledOnOs(LINUX)
final class LauncherTest {

  private static final Path LAUNCHER = Path.of("..", "distill").toAbsolutePath().normalize();

  private static final List<String> LOCALE = List.of("LC_ALL", "LC_CTYPE", "LANG");

  @TempDir Path folder;
  private Path home;
  private Path bin;
  private Path jdk;

  @BeforeEach
  void layOut() throws IOException {
    home = Files.createDirectories(folder.resolve("a home"));
    bin = Files.createDirectories(folder.resolve("bin"));
    Files.createDirectories(home.resolve("core/src/main"));
    Files.writeString(home.resolve("pom.xml"), "<project/>");
    Files.writeString(home.resolve("core/src/main/A.java"), "class A {}");
    Files.copy(LAUNCHER, home.resolve("distill"));
    executable(home.resolve("distill"));
    java("17.0.15");
    maven("mkdir -p cli/target/distill/lib");
  }

  private void java(String version) throws IOException {
    jdk = folder.resolve("jdk " + version);
    script(
        jdk.resolve("bin/java"),
        """
        if [[ " $* " == *" garbage "* ]]; then
          echo 'Error: Could not find or load main class garbage' >&2; exit 1
        fi
        if [[ $1 == -version ]]; then echo 'openjdk version "%s" 2025-04-15' >&2; exit; fi
        printf '<%%s>' "$@"; echo; echo "omp $OMP_NUM_THREADS"; echo "locale ${LC_ALL:-none}"
        """
            .formatted(version));
  }

  private void maven(String body) throws IOException {
    script(bin.resolve("mvn"), "echo \"$*\" >> '" + folder + "/mvn.calls'\n" + body);
  }

  private static void script(Path file, String body) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/usr/bin/env bash\n" + body + "\n");
    executable(file);
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private record Result(int exitCode, String output) {}

  private Result run(String... args) throws Exception {
    return run(home.resolve("distill"), folder, args);
  }

  private Result run(Path launcher, Path workingDirectory, String... args) throws Exception {
    return run(Map.of(), launcher, workingDirectory, args);
  }

  private Result run(
      Map<String, String> variables, Path launcher, Path workingDirectory, String... args)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(workingDirectory.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("DISTILL_"));
    builder.environment().remove("OMP_NUM_THREADS");
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.environment().put("PATH", bin + ":/usr/bin:/bin");
    builder.environment().put("DISTILL_JAVA_OPTS", "-Xmx4g -Dx=y");
    LOCALE.forEach(builder.environment()::remove);
    builder.environment().putAll(variables);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }

  /** Java itself says what it does not take, and not that it comes from a variable. */
  @Test
  void saysWhichVariableJavaDoesNotTake() throws Exception {
    Result result =
        run(
            Map.of("DISTILL_JAVA_OPTS", "-Xmx4g garbage"),
            home.resolve("distill"),
            folder,
            "--help");

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.output())
        .isEqualTo(
            "error: DISTILL_JAVA_OPTS is '-Xmx4g garbage', which Java does not take: Could not find"
                + " or load main class garbage\n");
  }

  private List<String> mavenCalls() throws IOException {
    Path calls = folder.resolve("mvn.calls");
    return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
  }

  @Test
  void buildsOnceAndPassesArgumentsUntouched() throws Exception {
    Result first = run("produce", "a b", "*", "");
    Result second = run("--version");

    assertThat(first.exitCode()).isZero();
    assertThat(first.output())
        .contains("distill: building once", "build.log")
        .contains("<-cp><" + home + "/cli/target/distill/lib/*>")
        .contains("<io.streamdistill.cli.Distill><produce><a b><*><>")
        .contains("omp 1");
    assertThat(second.output()).doesNotContain("building").contains("<--version>");
    assertThat(mavenCalls()).containsExactly("-q -B -DskipTests -Dquick package -pl cli -am");
  }

  @Test
  void buildsTheBenchmarkWithItsPeerOnlyWhenItIsRun() throws Exception {
    maven("mkdir -p cli/target/distill/lib benchmarks/target/distill/lib");
    run("--version");
    Result bench = run("bench", "--only", "a b");
    Result again = run("bench");

    assertThat(bench.exitCode()).isZero();
    assertThat(bench.output())
        .contains("<-cp><" + home + "/benchmarks/target/distill/lib/*>")
        .contains("<io.streamdistill.benchmarks.Bench><--only><a b>");
    assertThat(again.output()).doesNotContain("building");
    assertThat(mavenCalls())
        .containsExactly(
            "-q -B -DskipTests -Dquick package -pl cli -am",
            "-q -B -DskipTests -Dquick -Ppeer package -pl benchmarks -am");
  }

  @Test
  void buildsAgainWhenASourceIsNewer() throws Exception {
    run("--version");
    Path source = home.resolve("core/src/main/A.java");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));

    assertThat(run("--version").output()).contains("a source is newer than the last build");
    assertThat(mavenCalls()).hasSize(2);
  }

  @Test
  void aFailedBuildShowsItsLogAndIsTriedAgain() throws Exception {
    maven("echo '[ERROR] no such symbol'; exit 1");

    Result failed = run("--version");

    assertThat(failed.exitCode()).isEqualTo(2);
    assertThat(failed.output()).contains("[ERROR] no such symbol", "error: the build failed");
    assertThat(run("--version").exitCode()).isEqualTo(2);
    assertThat(mavenCalls()).hasSize(2);
  }

  @Test
  void missingMavenIsNamed() throws Exception {
    // a PATH without Maven, whatever this machine has installed
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool :
        List.of(
            "bash",
            "dirname",
            "grep",
            "find",
            "head",
            "xargs",
            "mkdir",
            "env",
            "flock",
            "readlink")) {
      Path real = Path.of("/usr/bin", tool);
      if (Files.exists(real)) {
        Files.createSymbolicLink(tools.resolve(tool), real);
      }
    }
    ProcessBuilder builder =
        new ProcessBuilder("/bin/bash", home.resolve("distill").toString(), "--version")
            .redirectErrorStream(true);
    builder.environment().put("PATH", tools.toString());
    builder.environment().put("JAVA_HOME", jdk.toString());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isEqualTo(2);
    assertThat(output).contains("no mvn is found; install Maven");
  }

  @Test
  void worksThroughSymbolicLinksAndFromAnywhere() throws Exception {
    Path elsewhere = Files.createDirectories(folder.resolve("else where"));
    Files.createSymbolicLink(elsewhere.resolve("first"), home.resolve("distill"));
    Path link = Files.createSymbolicLink(elsewhere.resolve("second"), Path.of("first"));

    Result result = run(link, elsewhere, "--version");

    assertThat(result.output()).contains("<" + home + "/cli/target/distill/lib/*>");
  }

  @Test
  void aRelativeLinkInALinkedDirectoryCountsFromWhereItIs() throws Exception {
    Path deep = Files.createDirectories(folder.resolve("else where/deep"));
    Files.createSymbolicLink(deep.resolve("distill"), Path.of("../../a home/distill"));
    Files.createSymbolicLink(folder.resolve("short"), deep);

    Result result = run(Path.of("short/distill"), folder, "--version");

    assertThat(result.output()).contains("<" + home + "/cli/target/distill/lib/*>");
  }

  @Test
  void anExportedCdpathDoesNotMatter() throws Exception {
    for (String called : List.of("a home/distill", "./a home/distill", "./link")) {
      Files.deleteIfExists(folder.resolve("link"));
      Files.createSymbolicLink(folder.resolve("link"), Path.of("a home/distill"));

      Result result =
          run(Map.of("CDPATH", ".:/usr:" + folder), Path.of(called), folder, "--version");

      assertThat(result.output())
          .as(called)
          .contains("<" + home + "/cli/target/distill/lib/*>")
          .contains("<--version>");
    }
  }

  @Test
  void textIsUtf8WhateverTheLocale() throws Exception {
    for (Map<String, String> ascii :
        List.of(
            Map.<String, String>of(),
            Map.of("LC_ALL", "C"),
            Map.of("LANG", "POSIX"),
            Map.of("LANG", "xx_YY.UTF-8"))) { // as ssh brings it from elsewhere
      assertThat(run(ascii, home.resolve("distill"), folder).output())
          .as("%s", ascii)
          .contains("locale C.UTF-8");
    }
    assertThat(run(Map.of("LC_ALL", "C.UTF-8"), home.resolve("distill"), folder).output())
        .contains("locale C.UTF-8");
    assertThat(run(Map.of("LANG", "C.UTF-8"), home.resolve("distill"), folder).output())
        .contains("locale none");
  }

  @Test
  void anOldOrMissingJavaIsRefused() throws Exception {
    java("11.0.2");
    assertThat(run("--version").output())
        .contains("is Java 11.0.2; install a JDK, 17 or later, or set JAVA_HOME");

    java("1.8.0_392");
    assertThat(run("--version").exitCode()).isEqualTo(2);

    jdk = folder.resolve("nowhere");
    assertThat(run("--version").output()).contains("where there is no bin/java");
  }

  @Test
  void flagsAreThoseOfChildProcessesAndTheUsersWin() throws Exception {
    for (int version : new int[] {17, 25}) {
      java(version + ".0.1");
      List<String> flags = new ArrayList<>(JvmFlags.of(new ByteSize(1 << 30), version));
      flags.set(0, "-Xmx1g");
      flags.addAll(List.of("-Xmx4g", "-Dx=y", "-cp"));

      assertThat(run("--version").output()).contains("<" + String.join("><", flags) + ">");
    }
  }
}
