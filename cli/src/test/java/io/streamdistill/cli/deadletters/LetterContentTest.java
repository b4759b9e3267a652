package io.streamdistill.cli.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class LetterContentTest {

  @Test
  void everyPrefixOfARecordIsReadAsFarAsItGoes() {
    byte[] whole = Letters.example("an-id", 20);

    for (int bytes = 0; bytes < whole.length; bytes++) {
      LetterContent content = LetterContent.of(Arrays.copyOf(whole, bytes));
      assertThat(content.problem()).as("%d bytes", bytes).isNotEmpty();
    }
    LetterContent cut = LetterContent.of(Arrays.copyOf(whole, whole.length - 3));
    assertThat(cut.fields()).containsEntry("id", "an-id").containsKey("features");
    assertThat(cut.problem()).contains("does not decode");
    assertThat(LetterContent.of(whole).problem()).isEmpty();
  }

  @Test
  void aLengthThatIsNotThereTakesNoMemory() {
    byte[] record = Arrays.copyOf(Letters.example("", 0), 15);
    Arrays.fill(record, 10, 15, (byte) 0xFF);
    record[14] = 0x0E; // a string of a gigabyte and more

    assertThat(LetterContent.of(record).problem()).contains("field id at byte 10 does not decode");
  }

  @Test
  void saysWhatForeignBytesLookLike() {
    assertThat(LetterContent.of("{\"id\": 1}".getBytes(UTF_8)).problem())
        .contains("it looks like JSON: {\"id\": 1}");
    assertThat(LetterContent.of(new byte[] {0, 0, 0, 0, 1, 2}).problem())
        .contains("schema registry");
  }
}
