package io.streamdistill.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ProtoTest {

  private static Proto parse(byte[] bytes) {
    return Proto.parse(ByteBuffer.wrap(bytes));
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  /** Bytes as protobuf's own library writes such a message. */
  @Test
  void writesFieldsByNumberWithoutDefaultsAndNumbersPacked() {
    Proto message =
        new Proto()
            .text(9, "\u00e9")
            .number(1, 150)
            .number(2, 0)
            .packed(3, 3, 270, -1)
            .packed(4)
            .real(5, 1.5f)
            .real(6, 0)
            .choice(7, 0)
            .message(8, new Proto().text(1, "a").text(1, "b"));

    assertThat(message.toByteArray())
        .isEqualTo(
            bytes(
                "089601"
                    + "1a0d038e02ffffffffffffffffff01"
                    + "2d0000c03f"
                    + "3800"
                    + "42060a01610a0162"
                    + "4a02c3a9"));
  }

  @Test
  void readsWhatItWrote() {
    Proto inner = new Proto().text(1, "x").packed(2, 5, 6);
    byte[] written =
        new Proto().number(3, -2).message(4, inner).message(4, new Proto()).toByteArray();

    Proto read = parse(written);

    assertThat(read.numbers(3)).containsExactly(-2L);
    assertThat(read.messages(4)).hasSize(2);
    assertThat(read.messages(4).get(0).text(1)).isEqualTo("x");
    assertThat(read.messages(4).get(0).numbers(2)).containsExactly(5L, 6L);
    assertThat(read.messages(4).get(1).text(1)).isEmpty();
    assertThat(read.toByteArray()).isEqualTo(written);
  }

  /** Fields that nobody here knows stay, of every wire type. */
  @Test
  void keepsWhatItDoesNotKnow() {
    byte[] unknown = bytes("0801" + "110102030405060708" + "1a0161" + "2d0000c03f");

    assertThat(parse(unknown).toByteArray()).isEqualTo(unknown);
  }

  @Test
  void saysWhatIsNoMessage() {
    for (String hex :
        new String[] {
          "08", "0a05", "0affffffffffffffffff01", "03", "00", "08ffffffffffffffffffff01"
        }) {
      assertThatThrownBy(() -> parse(bytes(hex)))
          .as(hex)
          .isInstanceOf(OnnxExportException.class)
          .hasMessageMatching("the model is (damaged: .*|cut short)");
    }
    assertThatThrownBy(() -> parse(bytes("0801")).text(1))
        .isInstanceOf(OnnxExportException.class)
        .hasMessageContaining("of another type");
  }

  @Test
  void randomBytesAreAMessageOrAreRefused() {
    long seed = 20260214;
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < 10_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      try {
        parse(bytes).toByteArray();
      } catch (OnnxExportException e) {
        refused++;
      }
    }
    assertThat(refused).as("seed %d", seed).isGreaterThan(5_000);
  }
}
