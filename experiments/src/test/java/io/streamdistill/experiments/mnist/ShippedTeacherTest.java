package io.streamdistill.experiments.mnist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ShippedTeacherTest {
  private static final Path ROOT = Path.of("..");
  private static final Path FOLDER = ROOT.resolve("models").resolve("mnist-teacher");

  @Test
  void makesTheErrorsThatItsReportStates() throws Exception {
    int stated =
        new ObjectMapper()
            .readTree(ROOT.resolve("docs/results/mnist-teacher.json").toFile())
            .at("/runs/0/test_errors")
            .asInt();
    try (TeacherModel teacher = new TeacherModel(model())) {
      // Another processor may round a close call the other way.
      assertThat(teacher.errors(MnistData.test(ROOT.resolve("datasets/mnist")).all()))
          .isBetween(stated - 1, stated + 1)
          .isLessThan(90);
    }
  }

  @Test
  void isTheFileOfItsCard() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(model());

    assertThat(FOLDER.resolve("README.md")).content().contains(HexFormat.of().formatHex(digest));
    assertThat(FOLDER.resolve("SHA256SUMS")).content().contains(HexFormat.of().formatHex(digest));
  }

  private static byte[] model() throws Exception {
    return Files.readAllBytes(FOLDER.resolve("model.onnx"));
  }
}
