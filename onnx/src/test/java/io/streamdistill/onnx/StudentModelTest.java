package io.streamdistill.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On models made by hand; those that the exporter makes are looked through where it is tested. */
class StudentModelTest {

  @TempDir Path directory;

  private Optional<String> problem(byte[] model) throws IOException {
    return StudentModel.problem(Files.write(directory.resolve("model.onnx"), model));
  }

  private static byte[] model(byte[]... graphFields) {
    return join(number(1, 8), bytes(7, join(graphFields)), bytes(8, number(2, 13)));
  }

  private static byte[] node(String operator, byte[]... more) {
    return bytes(1, join(text(1, "x"), text(2, "y"), text(4, operator), join(more)));
  }

  private static byte[] tensor(long size, int data) {
    return bytes(5, join(number(1, size), number(2, 1), text(8, "w"), bytes(9, new byte[data])));
  }

  private static byte[] number(int field, long value) {
    return join(varint((long) field << 3), varint(value));
  }

  private static byte[] text(int field, String value) {
    return bytes(field, value.getBytes(UTF_8));
  }

  private static byte[] bytes(int field, byte[] value) {
    return join(varint(((long) field << 3) | 2), varint(value.length), value);
  }

  private static byte[] varint(long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private void assertRefused(String problem, byte[] model) throws IOException {
    assertThat(problem(model)).hasValueSatisfying(found -> assertThat(found).contains(problem));
  }

  @Test
  void acceptsTheOperatorsOfStudents() throws IOException {
    byte[] described = bytes(11, join(text(1, "features"), text(3, "as on the wire")));
    assertThat(problem(model(node("Relu"), node("Gemm"), tensor(3, 12), described))).isEmpty();
  }

  @Test
  void refusesWhatNoStudentHas() throws IOException {
    assertRefused("has the operator 'Loop'", model(node("Loop")));
    assertRefused("has the operator ''", model(bytes(1, text(1, "x"))));
    assertRefused("has domain of its node", model(node("Relu", text(7, "com.microsoft"))));
    assertRefused("has g of its attribute", model(node("Relu", bytes(5, bytes(6, new byte[0])))));
    assertRefused("has functions of its model", join(model(), bytes(25, new byte[0])));
    assertRefused("has field 536870911 of its model", join(model(), number(536870911, 1)));
    assertRefused(
        "has external_data of its tensor", model(bytes(5, bytes(13, text(1, "location")))));
    assertRefused(
        "has domain of its operator set",
        join(number(1, 8), bytes(8, join(text(1, "x"), number(2, 13)))));
    assertRefused(
        "uses operator set 99",
        join(number(1, 8), bytes(7, node("Relu")), bytes(8, number(2, 99))));
    assertRefused("has op_type twice", model(node("Relu", text(4, "Relu"))));
    assertRefused("has graph twice", join(model(), bytes(7, new byte[0])));
    assertRefused(
        "has the attribute pads = 100000000",
        model(node("Conv", bytes(5, join(text(1, "pads"), number(8, 100_000_000))))));
  }

  @Test
  void refusesTensorsThatAreNotAllThere() throws IOException {
    assertRefused("has the tensor 'w' of shape [4] with 12 bytes", model(tensor(4, 12)));
    assertRefused("of a negative size", model(tensor(-1, 12)));
    assertRefused(
        "with 0 bytes of data",
        model(bytes(5, join(number(1, Long.MAX_VALUE), number(1, Long.MAX_VALUE), number(2, 1)))));
    assertRefused("of type 8", model(bytes(5, number(2, 8))));
    assertRefused(
        "has more than 8 numbers in one dims",
        model(bytes(5, join(number(1, 1), bytes(1, new byte[8])))));
  }

  @Test
  void believesNoLength() throws IOException {
    byte[] huge = {0x3A, -1, -1, -1, -1, -1, -1, -1, -1, 0x7F}; // a graph of 2^63 - 1 bytes
    assertRefused("claims 9223372036854775807 bytes", huge);
    assertRefused(
        "integer of more than 64 bits", new byte[] {8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1});
    assertRefused("wrong wire type", new byte[] {0x3B});
    assertRefused("no graph", new byte[0]);
    byte[] many = new byte[3 * 300_000];
    for (int i = 0; i < many.length; i += 2) {
      many[i] = (1 << 3) | 2; // 450,000 empty nodes
    }
    assertRefused("operator ''", model(many));
    byte[] entries = new byte[500_000];
    for (int i = 0; i < entries.length; i += 2) {
      entries[i] = (14 << 3) | 2; // 250,000 empty entries
    }
    assertRefused("more than 200000 parts", entries);
  }

  @Test
  void refusesEveryModelThatIsCutShort() throws IOException {
    byte[] whole = model(node("Relu"), tensor(3, 12));
    for (int length = 0; length < whole.length; length++) {
      assertThat(problem(Arrays.copyOf(whole, length))).as("%d bytes", length).isPresent();
    }
    assertThat(problem(whole)).isEmpty();
  }

  @Test
  void saysThatAFileIsMissing() {
    assertThat(StudentModel.problem(directory.resolve("none.onnx")))
        .hasValueSatisfying(found -> assertThat(found).contains("none.onnx"));
  }
}
