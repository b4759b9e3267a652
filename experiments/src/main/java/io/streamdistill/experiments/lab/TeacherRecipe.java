package io.streamdistill.experiments.lab;

import io.streamdistill.teacher.engine.Combination;
import java.nio.file.Path;
import java.util.List;

/**
 * Who scores.
 *
 * @param models ONNX files, several are an ensemble
 * @param combination how the members of an ensemble become one distribution
 */
public record TeacherRecipe(List<Path> models, Combination combination) {

  /** Copies. */
  public TeacherRecipe {
    models = List.copyOf(models);
  }

  /** A single model. */
  public static TeacherRecipe of(Path model) {
    return new TeacherRecipe(List.of(model), Combination.ARITHMETIC);
  }
}
