package io.streamdistill.teacher.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Finds the files in which an ONNX model keeps its large tensors. Reads just as much of the
 * protobuf as that takes: the fields that lead from a model to its tensors, all others skipped.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto">onnx.proto</a>
 */
final class ExternalData {

  /** A message type, and which of its fields hold messages that lead on to tensors. */
  private enum Message {
    MODEL,
    GRAPH,
    NODE,
    ATTRIBUTE,
    SPARSE_TENSOR,
    TENSOR,
    ENTRY,
    FUNCTION;

    Map<Integer, Message> fields() {
      return switch (this) {
        case MODEL -> Map.of(7, GRAPH, 25, FUNCTION);
        case GRAPH -> Map.of(1, NODE, 5, TENSOR, 15, SPARSE_TENSOR);
        case NODE -> Map.of(5, ATTRIBUTE);
        case ATTRIBUTE ->
            Map.of(
                5, TENSOR, 6, GRAPH, 10, TENSOR, 11, GRAPH, 22, SPARSE_TENSOR, 23, SPARSE_TENSOR);
        case SPARSE_TENSOR -> Map.of(1, TENSOR, 2, TENSOR);
        case TENSOR -> Map.of(13, ENTRY); // external_data
        case FUNCTION -> Map.of(7, NODE);
        case ENTRY -> Map.of();
      };
    }
  }

  private static final int KEY = 1;
  private static final int VALUE = 2;
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final Set<String> locations = new LinkedHashSet<>();

  private ExternalData() {}

  /** Paths relative to the model's directory, each once, in the order of their first use. */
  static Set<String> locations(Path model) throws IOException {
    try (FileChannel file = FileChannel.open(model)) {
      ExternalData found = new ExternalData();
      found.read(Message.MODEL, file.map(MapMode.READ_ONLY, 0, file.size()));
      return found.locations;
    } catch (RuntimeException e) { // cut short, too large, or no protobuf at all
      throw new IOException("it is not an ONNX model", e);
    }
  }

  private void read(Message message, ByteBuffer in) {
    if (message == Message.ENTRY) {
      readEntry(in);
      return;
    }
    Map<Integer, Message> fields = message.fields();
    while (in.hasRemaining()) {
      int tag = Math.toIntExact(varint(in));
      ByteBuffer content = content(tag, in);
      Message nested = fields.get(tag >>> 3);
      if (nested != null) {
        read(nested, content);
      }
    }
  }

  private void readEntry(ByteBuffer in) {
    String key = "";
    String value = "";
    while (in.hasRemaining()) {
      int tag = Math.toIntExact(varint(in));
      ByteBuffer content = content(tag, in);
      switch (tag >>> 3) {
        case KEY -> key = StandardCharsets.UTF_8.decode(content).toString();
        case VALUE -> value = StandardCharsets.UTF_8.decode(content).toString();
        default -> {}
      }
    }
    if (key.equals("location")) {
      locations.add(value);
    }
  }

  private static ByteBuffer content(int tag, ByteBuffer in) {
    int start = in.position();
    int length =
        switch (tag & 7) {
          case VARINT -> {
            varint(in);
            yield in.position() - start;
          }
          case FIXED64 -> Long.BYTES;
          case FIXED32 -> Integer.BYTES;
          case BYTES -> {
            int bytes = Math.toIntExact(varint(in));
            start = in.position();
            yield bytes;
          }
          default -> throw new IllegalArgumentException("wire type " + (tag & 7));
        };
    ByteBuffer content = in.slice(start, length);
    in.position(start + length);
    return content;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("varint too long");
  }
}
