package io.streamdistill.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads a directory that is followed all the time, as a server beside it would, and notes whatever
 * is not one whole checkpoint. It trusts no code of the product: a manifest is plain JSON here.
 */
final class DirectoryWatch implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MANIFEST = "manifest.json";
  private static final long POLL_NANOS = 1_000_000;
  private static final long PAUSE_NANOS = 20_000_000; // leaves a core to who is watched

  private final Path out;
  private final Set<String> seen = new ConcurrentSkipListSet<>(); // versions, in order
  private final List<String> problems = new CopyOnWriteArrayList<>();
  private final AtomicInteger resolved = new AtomicInteger();
  private final AtomicInteger throughLink = new AtomicInteger();
  private final AtomicInteger overtaken = new AtomicInteger();
  private final Thread reader = new Thread(this::read, "reader");
  private final Thread poller = new Thread(this::poll, "poller");
  private volatile boolean stopped;

  DirectoryWatch(Path out) {
    this.out = out;
  }

  void start() {
    reader.start();
    poller.start();
  }

  /** The version that is there now; empty when there is none yet. */
  String version() {
    try {
      return Files.readSymbolicLink(out).getFileName().toString();
    } catch (IOException e) {
      return "";
    }
  }

  private void poll() {
    while (!stopped) {
      String now = version();
      if (!now.isEmpty()) {
        seen.add(now);
      } else if (!seen.isEmpty()) {
        problems.add("the link is gone after " + seen);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private void read() {
    while (!stopped) {
      if (!version().isEmpty()) {
        readResolved();
        readThroughLink();
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Who resolves the link once reads one checkpoint, while the link is switched once. */
  private void readResolved() {
    Path directory;
    try {
      directory = out.toRealPath();
    } catch (IOException e) {
      problems.add("the link leads nowhere: " + e);
      return;
    }
    String version = directory.getFileName().toString();
    seen.add(version);
    try {
      requireWhole(version, contents(directory, List.of()));
      resolved.incrementAndGet();
    } catch (IOException e) {
      if (seen.stream().filter(other -> other.compareTo(version) > 0).count() >= 2) {
        overtaken.incrementAndGet(); // the version before is kept, and no other
      } else {
        problems.add("%s cannot be read: %s, seen are %s".formatted(version, e, seen));
      }
    }
  }

  /** Who does not, always finds every file; they fit together if there was no switch. */
  private void readThroughLink() {
    String before = version();
    try {
      List<String> names = new ArrayList<>();
      for (JsonNode file : JSON.readTree(out.resolve(MANIFEST).toFile()).path("files")) {
        names.add(file.path("name").asText());
      }
      Map<String, byte[]> contents = contents(out, names);
      if (before.equals(version())) {
        requireWhole(before, contents);
        throughLink.incrementAndGet();
      }
    } catch (IOException e) {
      problems.add("a file is missing behind the link at %s: %s".formatted(before, e));
    }
  }

  /** Contents by name; of all files there are when none are named. */
  private static Map<String, byte[]> contents(Path directory, List<String> names)
      throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    byte[] manifest = Files.readAllBytes(directory.resolve(MANIFEST));
    contents.put(MANIFEST, manifest);
    List<String> all = new ArrayList<>(names);
    if (all.isEmpty()) {
      JSON.readTree(manifest).path("files").forEach(file -> all.add(file.path("name").asText()));
    }
    for (String name : all) {
      contents.put(name, Files.readAllBytes(directory.resolve(name)));
    }
    return contents;
  }

  private void requireWhole(String version, Map<String, byte[]> contents) throws IOException {
    JsonNode manifest = JSON.readTree(contents.get(MANIFEST));
    if (!manifest.path("version").asText().equals(version)) {
      problems.add("%s has the manifest of %s".formatted(version, manifest.path("version")));
    }
    for (JsonNode file : manifest.path("files")) {
      byte[] content = contents.getOrDefault(file.path("name").asText(), new byte[0]);
      if (!sha256(content).equals(file.path("sha256").asText())) {
        problems.add(
            "%s of %s has %d bytes, which are not those of the manifest"
                .formatted(file.path("name").asText(), version, content.length));
      }
    }
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What was not as it should be. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  /** Versions that were there. */
  int versions() {
    return seen.size();
  }

  /** Whole checkpoints read from a directory that the link was resolved to. */
  int resolved() {
    return resolved.get();
  }

  /** Whole checkpoints read with the link in every path. */
  int throughLink() {
    return throughLink.get();
  }

  /** Reads that were slower than two switches. */
  int overtaken() {
    return overtaken.get();
  }

  @Override
  public void close() {
    stopped = true;
    try {
      reader.join();
      poller.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
