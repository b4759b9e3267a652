package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.Manifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * ConfigurationDiff of a checkpoint's files as bad disks, broken transfers and attackers make them.
 */
final class Mutations {

  private static final List<String> TRICKS =
      List.of(
          "../evil",
          "/etc/passwd",
          "a/../../b",
          "..\\\\evil",
          ".hidden",
          "",
          "model.onnx/",
          "//host/share",
          "model.onnx\\u0000",
          "x".repeat(100_000),
          "%2e%2e/evil",
          "manifest.json");
  private static final List<String> NUMBERS =
      List.of(
          "-1",
          "9223372036854775807",
          "9223372036854775808",
          "1e999999999",
          "9".repeat(2_000),
          "null",
          "\"5\"",
          "1.5");

  private final Map<String, byte[]> original;
  private final Random random;

  /** A change: what was done, and the files that are no longer what they were. */
  record Mutation(String what, Map<String, byte[]> changed, Set<String> gone) {

    Set<String> names() {
      Set<String> names = new TreeSet<>(changed.keySet());
      names.addAll(gone);
      return names;
    }

    /** Makes the change; {@link #undo} takes it back. */
    void applyTo(Path directory) throws IOException {
      for (Map.Entry<String, byte[]> file : changed.entrySet()) {
        Files.write(directory.resolve(file.getKey()), file.getValue());
      }
      for (String name : gone) {
        Files.delete(directory.resolve(name));
      }
    }

    void undo(Path directory, Map<String, byte[]> original) throws IOException {
      for (String name : names()) {
        byte[] before = original.get(name);
        if (before == null) {
          Files.delete(directory.resolve(name));
        } else {
          Files.write(directory.resolve(name), before);
        }
      }
    }
  }

  Mutations(Map<String, byte[]> original, Random random) {
    this.original = new TreeMap<>(original);
    this.random = random;
  }

  /** The next change, which does change something. */
  Mutation next() {
    return next(this::any, mutation -> true);
  }

  /** The next change of what a manifest names, not of the manifest itself. */
  Mutation nextBehindTheManifest() {
    return next(
        () ->
            switch (random.nextInt(8)) {
              case 0 -> hugeHeader();
              case 1 -> nested();
              case 2, 3 -> bytes("model.onnx");
              default -> any();
            },
        mutation ->
            mutation.names().stream()
                .noneMatch(name -> name.equals(Manifest.FILE_NAME) || name.startsWith(".")));
  }

  private Mutation next(Supplier<Mutation> source, Predicate<Mutation> wanted) {
    return Stream.generate(source)
        .filter(mutation -> wanted.test(mutation) && changes(mutation))
        .findFirst()
        .orElseThrow();
  }

  private boolean changes(Mutation mutation) {
    return !mutation.gone().isEmpty()
        || mutation.changed().entrySet().stream()
            .anyMatch(file -> !Arrays.equals(file.getValue(), original.get(file.getKey())));
  }

  private Mutation any() {
    return switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> bytes(pick());
      case 4 -> swapped();
      case 5 -> gone(pick());
      case 6 -> renamed(pick());
      case 7 -> stray();
      case 8 -> hugeHeader();
      case 9 -> trickyName();
      case 10 -> trickyNumber();
      default -> nested();
    };
  }

  /** A change of the bytes of one file. */
  Mutation bytes(String name) {
    byte[] bytes = content(name);
    int at = random.nextInt(bytes.length);
    int other = random.nextInt(bytes.length);
    return switch (random.nextInt(6)) {
      case 0 -> one("truncated at " + at, name, Arrays.copyOf(bytes, at));
      case 1, 2 -> {
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        yield one("bit flipped in byte " + at, name, bytes);
      }
      case 3 -> {
        byte[] more = new byte[1 + random.nextInt(300)];
        random.nextBytes(more);
        yield one(
            "%d bytes inserted at %d".formatted(more.length, at),
            name,
            join(Arrays.copyOf(bytes, at), more, Arrays.copyOfRange(bytes, at, bytes.length)));
      }
      case 4 -> {
        int from = Math.min(at, other);
        int to = Math.max(at, other);
        yield one(
            "bytes %d to %d doubled".formatted(from, to),
            name,
            join(
                Arrays.copyOf(bytes, to),
                Arrays.copyOfRange(bytes, from, to),
                Arrays.copyOfRange(bytes, to, bytes.length)));
      }
      default -> {
        Arrays.fill(bytes, Math.min(at, other), Math.max(at, other), (byte) random.nextInt());
        yield one("bytes overwritten from " + Math.min(at, other), name, bytes);
      }
    };
  }

  /** A header of safetensors that claims any length. */
  Mutation hugeHeader() {
    String name = random.nextBoolean() ? "weights.safetensors" : "trainer-state.safetensors";
    byte[] bytes = content(name);
    long length =
        switch (random.nextInt(4)) {
          case 0 -> Long.MAX_VALUE - random.nextInt(16);
          case 1 -> -1 - (long) random.nextInt(16);
          case 2 -> 1L << (20 + random.nextInt(42));
          default -> random.nextInt(3);
        };
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    return one("header of %d bytes".formatted(length), name, bytes);
  }

  /** JSON that is nested too deeply, in any of the files that have JSON. */
  Mutation nested() {
    int depth = 200 + random.nextInt(100_000);
    String open = random.nextBoolean() ? "[" : "{\"a\":";
    byte[] json = open.repeat(depth).getBytes(StandardCharsets.US_ASCII);
    if (random.nextBoolean()) {
      byte[] length =
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array();
      return one("header nested " + depth, "weights.safetensors", join(length, json));
    }
    if (random.nextBoolean()) {
      return one("configuration nested " + depth, "config.json", json);
    }
    String manifest = new String(content(Manifest.FILE_NAME), StandardCharsets.UTF_8);
    String deep = new String(json, StandardCharsets.US_ASCII);
    return one(
        "manifest nested " + depth,
        Manifest.FILE_NAME,
        manifest.replaceFirst("\\{", "{\"x\":" + deep).getBytes(StandardCharsets.UTF_8));
  }

  private Mutation swapped() {
    String a = pick();
    String b = pick();
    Map<String, byte[]> both = new TreeMap<>(Map.of(a, content(b))); // nothing, if they are one
    both.put(b, content(a));
    return new Mutation("%s and %s swapped".formatted(a, b), both, Set.of());
  }

  private Mutation gone(String name) {
    return new Mutation(name + " deleted", Map.of(), Set.of(name));
  }

  private Mutation renamed(String name) {
    String to = name + "." + random.nextInt(10);
    return new Mutation(
        "%s renamed to %s".formatted(name, to), Map.of(to, content(name)), Set.of(name));
  }

  private Mutation stray() {
    String name = List.of("stray", ".hidden", "evil.so", "model.onnx.data").get(random.nextInt(4));
    return one(name + " added", name, content(pick()));
  }

  private Mutation trickyName() {
    String manifest = new String(content(Manifest.FILE_NAME), StandardCharsets.UTF_8);
    String file = pick();
    String trick = TRICKS.get(random.nextInt(TRICKS.size()));
    return one(
        "%s named %.40s in the manifest".formatted(file, trick),
        Manifest.FILE_NAME,
        manifest
            .replace("\"name\" : \"%s\"".formatted(file), "\"name\" : \"%s\"".formatted(trick))
            .getBytes(StandardCharsets.UTF_8));
  }

  private Mutation trickyNumber() {
    String manifest = new String(content(Manifest.FILE_NAME), StandardCharsets.UTF_8);
    List<String> fields =
        new ArrayList<>(List.of("size", "step", "examplesSeen", "scale", "formatVersion"));
    String field = fields.get(random.nextInt(fields.size()));
    String number = NUMBERS.get(random.nextInt(NUMBERS.size()));
    return one(
        "%s is %.40s".formatted(field, number),
        Manifest.FILE_NAME,
        manifest
            .replaceFirst(
                "\"%s\" : [-0-9.Ee]+".formatted(field), "\"%s\" : %s".formatted(field, number))
            .getBytes(StandardCharsets.UTF_8));
  }

  private String pick() {
    return List.copyOf(original.keySet()).get(random.nextInt(original.size()));
  }

  private byte[] content(String name) {
    return Objects.requireNonNull(original.get(name), name).clone();
  }

  private static Mutation one(String what, String name, byte[] content) {
    return new Mutation(name + ": " + what, Map.of(name, content), Set.of());
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
