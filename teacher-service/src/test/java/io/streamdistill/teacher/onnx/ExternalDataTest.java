package io.streamdistill.teacher.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.onnx.graph.ExternalData;
import io.streamdistill.teacher.Fixtures;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class ExternalDataTest {

  @Test
  void findsTheFilesOfExternalData() throws IOException {
    assertThat(ExternalData.locations(Fixtures.model("external"))).containsExactly("external.bin");
    assertThat(ExternalData.locations(Fixtures.model("logits"))).isEmpty();
  }
}
