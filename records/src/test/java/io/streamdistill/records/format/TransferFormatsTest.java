package io.streamdistill.records.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import io.streamdistill.records.avro.DistillFormat;
import org.junit.jupiter.api.Test;

final class TransferFormatsTest {

  @Test
  void findsOurOwn() {
    assertThat(TransferFormats.named("distill")).isInstanceOf(DistillFormat.class);
  }

  @Test
  void namesThoseThereAreForOneThatIsNot() {
    assertThatThrownBy(() -> new InputFormat("distil"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("input.format is 'distil'")
        .hasMessageContaining("did you mean distill?")
        .hasMessageContaining("META-INF/services/" + TransferFormat.class.getName());
  }
}
