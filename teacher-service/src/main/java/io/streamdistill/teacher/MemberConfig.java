package io.streamdistill.teacher;

import static io.streamdistill.core.config.Require.require;

import io.streamdistill.teacher.engine.OutputKind;
import java.nio.file.Path;

/**
 * A model of the teacher.
 *
 * @param model the {@code .onnx} file; its external data lies beside it
 * @param weight weight among the members, finite and > 0, no unit
 * @param output what the model gives per class; {@code auto} finds out
 */
public record MemberConfig(Path model, double weight, OutputKind output) {

  /** Validates. */
  public MemberConfig {
    require(
        !model.toString().isBlank(),
        "teacher.members: model must not be blank; set it to the path of an .onnx file");
    require(
        Double.isFinite(weight) && weight > 0,
        "teacher.members: weight of %s must be finite and > 0, got %s; leave a member out to ignore it",
        model,
        weight);
  }
}
