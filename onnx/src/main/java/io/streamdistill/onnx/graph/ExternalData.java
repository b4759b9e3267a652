package io.streamdistill.onnx.graph;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Finds the files in which an ONNX model keeps its large tensors. Of the protobuf it looks at the
 * fields that lead from a model to its tensors; the others are skipped, and nothing is copied.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto">onnx.proto</a>
 */
public final class ExternalData {

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

  private final Set<String> locations = new LinkedHashSet<>();

  private ExternalData() {}

  /**
   * Paths relative to the model's directory, each once, in the order of their first use.
   *
   * @throws IOException when the file cannot be read, or is no ONNX model
   */
  public static Set<String> locations(Path model) throws IOException {
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
    new ProtoReader(in)
        .each(
            (field, value) -> {
              Message nested = fields.get(field);
              if (nested != null && value instanceof ByteBuffer content) {
                read(nested, content);
              }
            });
  }

  private void readEntry(ByteBuffer in) {
    Proto entry = Proto.parse(in);
    if (entry.text(KEY).equals("location")) {
      locations.add(entry.text(VALUE));
    }
  }
}
