package io.streamdistill.teacher.onnx;

import io.streamdistill.records.target.ProbabilityFloor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * How a model is to be read, where that is not to be found out.
 *
 * @param kind what the output holds
 * @param outputName the output; empty finds it
 * @param inputs what each input gets, by its name; empty finds it
 * @param probabilityFloor what stands for smaller probabilities, in (0, 1); empty: for those of
 *     exactly zero, {@link ProbabilityFloor}'s
 */
public record Reading(
    OutputKind kind,
    String outputName,
    Map<String, InputSource> inputs,
    OptionalDouble probabilityFloor) {

  /** Validates. */
  public Reading {
    inputs = Map.copyOf(inputs);
  }

  /** Everything but the kind is found out. */
  public static Reading of(OutputKind kind) {
    return new Reading(kind, "", Map.of(), OptionalDouble.empty());
  }

  /**
   * What the answers depend on beside model and kind, as part of the teacher's version.
   *
   * @param probabilities whether the model gives them
   */
  List<String> settings(boolean probabilities) {
    List<String> settings = new ArrayList<>();
    if (probabilities) {
      settings.add(
          probabilityFloor.isPresent()
              ? "probability-floor=" + probabilityFloor.getAsDouble()
              : "zeros<=" + ProbabilityFloor.CAP);
    }
    if (!outputName.isEmpty()) {
      settings.add("output-name=" + outputName);
    }
    new TreeMap<>(inputs).forEach((name, source) -> settings.add("input " + name + "=" + source));
    return settings;
  }
}
