package io.streamdistill.teacher.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.records.ClassMap;
import io.streamdistill.teacher.Fixtures;
import io.streamdistill.teacher.engine.EnsembleTeacher.Member;
import io.streamdistill.teacher.onnx.OnnxTeacher;
import io.streamdistill.teacher.onnx.OutputKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TeacherVersionTest {

  @TempDir private Path directory;

  private static OnnxTeacher open(Path model, OutputKind output) {
    return OnnxTeacher.open(model, output, Fixtures.CONTRACT, 3, 8, 1);
  }

  private static String version(Path model, OutputKind output, ClassMap classes) {
    try (Teacher teacher = open(model, output)) {
      return TeacherVersion.of(teacher, classes);
    }
  }

  private static String version(Path model) {
    return version(model, OutputKind.AUTO, Fixtures.CLASSES);
  }

  private static String ensemble(Combination combination, double... weights) {
    List<Member> members =
        List.of(
            new Member(open(Fixtures.model("logits"), OutputKind.AUTO), weights[0]),
            new Member(open(Fixtures.model("probabilities"), OutputKind.AUTO), weights[1]));
    try (Teacher teacher = new EnsembleTeacher(members, combination)) {
      return TeacherVersion.of(teacher, Fixtures.CLASSES);
    }
  }

  @Test
  void doesNotDependOnPathAndFileName() throws IOException {
    Path copy = Files.copy(Fixtures.model("logits"), directory.resolve("renamed.onnx"));

    assertThat(version(copy)).isEqualTo(version(Fixtures.model("logits"))).matches("[0-9a-f]{16}");
  }

  @Test
  void dependsOnContentOutputAndClasses() {
    Path model = Fixtures.model("unnamed-probabilities");
    assertThat(
            List.of(
                version(Fixtures.model("logits")),
                version(model),
                version(model, OutputKind.LOGITS, Fixtures.CLASSES),
                version(model, OutputKind.AUTO, new ClassMap(List.of("0", "2", "1")))))
        .doesNotHaveDuplicates();
    assertThat(version(model, OutputKind.PROBABILITIES, Fixtures.CLASSES))
        .isEqualTo(version(model));
  }

  @Test
  void dependsOnExternalData() throws IOException {
    Path model = Files.copy(Fixtures.model("external"), directory.resolve("external.onnx"));
    Path data =
        Files.copy(
            Fixtures.model("external").resolveSibling("external.bin"),
            directory.resolve("external.bin"));
    String before = version(model);
    assertThat(before).isEqualTo(version(Fixtures.model("external")));
    byte[] bytes = Files.readAllBytes(data);
    bytes[3] ^= 1;
    Files.write(data, bytes);

    assertThat(version(model)).isNotEqualTo(before);
  }

  @Test
  void dependsOnHowMembersAreCombined() {
    assertThat(
            List.of(
                ensemble(Combination.ARITHMETIC, 1, 1),
                ensemble(Combination.GEOMETRIC, 1, 1),
                ensemble(Combination.ARITHMETIC, 1, 2),
                version(Fixtures.model("logits"))))
        .doesNotHaveDuplicates();
    assertThat(ensemble(Combination.ARITHMETIC, 2, 2))
        .isEqualTo(ensemble(Combination.ARITHMETIC, 1, 1));
  }
}
