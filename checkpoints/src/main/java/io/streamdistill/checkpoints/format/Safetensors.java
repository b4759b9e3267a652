package io.streamdistill.checkpoints.format;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.exit.FileReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Named tensors and a little metadata, as in a {@code .safetensors} file: the length of the header
 * in 8 bytes, the header in JSON, the elements. Unlike formats that serialize objects, reading one
 * cannot run code.
 *
 * @param tensors by name; iterated in the order of the names
 * @param metadata by key; iterated in the order of the keys
 */
public record Safetensors(Map<String, Tensor> tensors, Map<String, String> metadata) {

  /** Largest header that is read or written, 16 MiB: about 100,000 tensors. */
  public static final int MAX_HEADER_BYTES = 16 << 20;

  static final String METADATA = "__metadata__";

  private static final int LENGTH_BYTES = 8;
  private static final int ALIGNMENT = 8;
  private static final ObjectMapper JSON = new ObjectMapper();

  public Safetensors {
    tensors = Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
    metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    if (tensors.containsKey(METADATA)) {
      throw new IllegalArgumentException("a tensor cannot be named " + METADATA);
    }
  }

  /**
   * Reads a file; its tensors share one copy of its elements.
   *
   * @throws CheckpointException if the file is not a valid safetensors file
   */
  public static Safetensors read(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return SafetensorsReader.read(file.toString(), channel);
    } catch (IOException e) {
      throw new CheckpointException(
          "%s cannot be read: %s; check that it exists and is readable"
              .formatted(file, FileReason.of(e)),
          e);
    }
  }

  /**
   * Parses the bytes of a file, and shares them.
   *
   * @param source names the bytes in error messages
   * @throws CheckpointException if they are not a valid safetensors file
   */
  public static Safetensors parse(String source, ByteBuffer bytes) {
    return SafetensorsReader.parse(source, bytes);
  }

  /** The bytes of the file; equal content gives equal bytes. */
  public byte[] toBytes() {
    byte[] header = header();
    long data = tensors.values().stream().mapToLong(tensor -> tensor.bytes().remaining()).sum();
    ByteBuffer file =
        ByteBuffer.allocate(Math.toIntExact(LENGTH_BYTES + header.length + data))
            .order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length).put(header);
    byOffset().values().forEach(tensor -> file.put(tensor.bytes()));
    return file.array();
  }

  /** Writes a new file and forces it to the disk. */
  public void write(Path file) {
    byte[] header = header();
    ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    length.putLong(header.length).flip();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      writeFully(channel, length);
      writeFully(channel, ByteBuffer.wrap(header));
      for (Tensor tensor : byOffset().values()) {
        writeFully(channel, tensor.bytes());
      }
      channel.force(true);
    } catch (IOException e) {
      throw new CheckpointException(
          "%s cannot be written: %s; check space and permissions".formatted(file, FileReason.of(e)),
          e);
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Padded with spaces, so that the elements start at a multiple of 8. */
  private byte[] header() {
    ObjectNode root = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode entries = root.putObject(METADATA);
      metadata.forEach(entries::put);
    }
    long offset = 0;
    for (Map.Entry<String, Tensor> entry : byOffset().entrySet()) {
      Tensor tensor = entry.getValue();
      ObjectNode node = root.putObject(entry.getKey());
      node.put("dtype", tensor.type().name());
      tensor.shape().forEach(node.putArray("shape")::add);
      long end = offset + tensor.bytes().remaining();
      node.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    try {
      byte[] json = JSON.writeValueAsBytes(root);
      int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
      if (padded > MAX_HEADER_BYTES) {
        throw new IllegalArgumentException(
            "%d tensors and their metadata need a header of %d bytes, %d are allowed"
                .formatted(tensors.size(), padded, MAX_HEADER_BYTES));
      }
      byte[] header = Arrays.copyOf(json, padded);
      Arrays.fill(header, json.length, padded, (byte) ' ');
      return header;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Wide elements first, by name among equals: so each tensor is aligned without gaps. */
  private Map<String, Tensor> byOffset() {
    Map<String, Tensor> ordered = new LinkedHashMap<>();
    for (int size : new int[] {8, 4, 1}) {
      tensors.forEach(
          (name, tensor) -> {
            if (tensor.type().size() == size) {
              ordered.put(name, tensor);
            }
          });
    }
    return ordered;
  }
}
