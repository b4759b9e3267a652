package io.streamdistill.checkpoints.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads safetensors and trusts nothing in them: every length and offset is checked against the size
 * of the file before memory is allocated for it.
 */
final class SafetensorsReader {

  private static final int LENGTH_BYTES = 8;
  private static final int MAX_DEPTH = 4; // root, tensor, shape
  private static final int MAX_RANK = 32;

  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final String source;

  private SafetensorsReader(String source) {
    this.source = source;
  }

  /** A tensor as the header declares it; offsets count from the start of the data. */
  private record Entry(String name, Tensor.Type type, List<Long> shape, long begin, long end) {}

  static Safetensors read(String source, FileChannel channel) throws IOException {
    SafetensorsReader reader = new SafetensorsReader(source);
    long size = channel.size();
    ByteBuffer length = fill(channel, ByteBuffer.allocate((int) Math.min(size, LENGTH_BYTES)));
    int headerLength = reader.headerLength(length, size);
    if (size > Integer.MAX_VALUE - LENGTH_BYTES) {
      throw reader.invalid("is larger than 2 GiB: " + size + " bytes");
    }
    ByteBuffer header = fill(channel, ByteBuffer.allocate(headerLength));
    long dataLength = size - LENGTH_BYTES - headerLength;
    JsonNode root = reader.json(header);
    List<Entry> entries = reader.entries(root, dataLength); // before the data is allocated
    ByteBuffer data = fill(channel, ByteBuffer.allocate((int) dataLength));
    if (data.remaining() != dataLength) {
      throw reader.invalid("was truncated while it was read");
    }
    return reader.slice(root, entries, data);
  }

  static Safetensors parse(String source, ByteBuffer bytes) {
    SafetensorsReader reader = new SafetensorsReader(source);
    int headerLength = reader.headerLength(bytes, bytes.remaining());
    int dataStart = LENGTH_BYTES + headerLength;
    ByteBuffer data = bytes.slice(bytes.position() + dataStart, bytes.remaining() - dataStart);
    JsonNode root = reader.json(bytes.slice(bytes.position() + LENGTH_BYTES, headerLength));
    return reader.slice(root, reader.entries(root, data.remaining()), data);
  }

  private static ByteBuffer fill(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining() && channel.read(buffer) >= 0) {}
    return buffer.flip();
  }

  private int headerLength(ByteBuffer bytes, long fileSize) {
    if (bytes.remaining() < LENGTH_BYTES) {
      throw invalid("is only %d bytes long".formatted(bytes.remaining()));
    }
    long length = bytes.slice().order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 2 || length > fileSize - LENGTH_BYTES) {
      throw invalid(
          "claims a header of %s bytes in a file of %d"
              .formatted(Long.toUnsignedString(length), fileSize));
    }
    if (length > Safetensors.MAX_HEADER_BYTES) {
      throw invalid(
          "has a header of %d bytes, %d are allowed"
              .formatted(length, Safetensors.MAX_HEADER_BYTES));
    }
    return (int) length;
  }

  private JsonNode json(ByteBuffer header) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(header).toString(); // or throws
      JsonNode root = JSON.readTree(text);
      if (!text.startsWith("{") || !root.isObject()) {
        throw invalid("has a header that is not a JSON object");
      }
      return root;
    } catch (IOException e) {
      throw new CheckpointException(message("has a header that is not JSON: " + e.getMessage()), e);
    }
  }

  /** Returns the tensors in the order of their data, which they cover without gap or overlap. */
  private List<Entry> entries(JsonNode root, long dataLength) {
    List<Entry> entries = new ArrayList<>();
    root.properties().stream()
        .filter(field -> !field.getKey().equals(Safetensors.METADATA))
        .forEach(field -> entries.add(entry(field.getKey(), field.getValue())));
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long expected = 0;
    for (Entry entry : entries) {
      if (entry.begin() != expected) {
        throw invalid(
            entry.name(),
            "begins at byte %d of the data, but the one before it ends at %d"
                .formatted(entry.begin(), expected));
      }
      expected = entry.end();
    }
    if (expected != dataLength) {
      throw invalid("declares %d bytes of data, but has %d".formatted(expected, dataLength));
    }
    return entries;
  }

  private Entry entry(String name, JsonNode node) {
    if (!node.isObject() || node.size() != 3) {
      throw invalid(name, "has other fields than dtype, shape and data_offsets");
    }
    Tensor.Type type = type(name, node.path("dtype"));
    List<Long> shape = longs(name, "shape", node.path("shape"));
    List<Long> offsets = longs(name, "data_offsets", node.path("data_offsets"));
    if (shape.size() > MAX_RANK) {
      throw invalid(name, "has %d dimensions, %d are allowed".formatted(shape.size(), MAX_RANK));
    }
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw invalid(name, "has data_offsets " + offsets + ", not [begin, end]");
    }
    long length = offsets.get(1) - offsets.get(0);
    if (byteLength(name, type, shape) != length) {
      throw invalid(name, "of %s %s cannot take %d bytes".formatted(type, shape, length));
    }
    return new Entry(name, type, shape, offsets.get(0), offsets.get(1));
  }

  private Tensor.Type type(String name, JsonNode dtype) {
    Optional<Tensor.Type> type =
        Arrays.stream(Tensor.Type.values())
            .filter(candidate -> candidate.name().equals(dtype.textValue()))
            .findFirst();
    return type.orElseThrow(
        () ->
            invalid(
                name,
                "has dtype %s, supported are %s"
                    .formatted(dtype, Arrays.toString(Tensor.Type.values()))));
  }

  private long byteLength(String name, Tensor.Type type, List<Long> shape) {
    try {
      return Tensor.byteLength(type, shape);
    } catch (ArithmeticException e) {
      throw new CheckpointException(message(name, "has a shape too large: " + shape), e);
    }
  }

  private List<Long> longs(String name, String field, JsonNode array) {
    List<Long> values = new ArrayList<>();
    if (!array.isArray()) {
      throw invalid(name, "has no array " + field);
    }
    for (JsonNode value : array) {
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
        throw invalid(name, "has %s in its %s".formatted(value, field));
      }
      values.add(value.longValue());
    }
    return values;
  }

  private Safetensors slice(JsonNode root, List<Entry> entries, ByteBuffer data) {
    Map<String, Tensor> tensors = new TreeMap<>();
    for (Entry entry : entries) {
      ByteBuffer bytes = data.slice((int) entry.begin(), (int) (entry.end() - entry.begin()));
      tensors.put(entry.name(), new Tensor(entry.type(), entry.shape(), bytes));
    }
    return new Safetensors(tensors, metadata(root));
  }

  private Map<String, String> metadata(JsonNode root) {
    Map<String, String> metadata = new TreeMap<>();
    JsonNode node = root.path(Safetensors.METADATA);
    if (!node.isMissingNode() && !node.isObject()) {
      throw invalid("has metadata that is not a JSON object");
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!field.getValue().isTextual()) {
        throw invalid("has metadata that is not text under " + field.getKey());
      }
      metadata.put(field.getKey(), field.getValue().textValue());
    }
    return metadata;
  }

  private CheckpointException invalid(String what) {
    return new CheckpointException(message(what));
  }

  private CheckpointException invalid(String tensor, String what) {
    return new CheckpointException(message(tensor, what));
  }

  private String message(String tensor, String what) {
    return message("is corrupt in tensor %s, which %s".formatted(shortened(tensor), what));
  }

  private String message(String what) {
    return "%s %s; it is not a valid safetensors file: fetch it again, or use an older checkpoint"
        .formatted(source, what);
  }

  private static String shortened(String name) {
    return name.length() <= 100 ? name : name.substring(0, 100) + "...";
  }
}
