package io.streamdistill.teacher.onnx;

import static io.streamdistill.config.Require.require;

import io.streamdistill.config.AutoNumber;
import io.streamdistill.teacher.engine.TeacherMember;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * A member that is a model in a file.
 *
 * @param model the {@code .onnx} file; its external data lies beside it
 * @param weight weight among the members, finite and > 0, no unit
 * @param output what the model gives per class; {@code auto} finds out
 * @param outputName output that is read; empty, the default, finds it
 * @param inputs what each input gets, by its name: {@code FROM..TO} (features, counted from 0, both
 *     included), {@code N} or {@code constant NUMBER}; empty, the default, shares the features out
 *     in the order of the inputs, if there is only one way to do so
 * @param probabilityFloor what stands for probabilities below it, in (0, 0.5); {@code auto}, the
 *     default, replaces zeros only, by the model's own resolution
 */
public record OnnxMember(
    Path model,
    double weight,
    OutputKind output,
    String outputName,
    Map<String, String> inputs,
    AutoNumber probabilityFloor)
    implements TeacherMember {

  private static final double MAX_FLOOR = 0.5;

  /** Validates. */
  public OnnxMember {
    require(
        !model.toString().isBlank(),
        "teacher.members: model must not be blank; set it to the path of an .onnx file");
    require(
        Double.isFinite(weight) && weight > 0,
        "teacher.members: weight of %s must be finite and > 0, got %s; leave a member out to ignore it",
        model,
        weight);
    inputs = Map.copyOf(inputs);
    sources(inputs);
    require(
        probabilityFloor.isAuto() || isFloor(probabilityFloor.orElse(0)),
        "teacher.members: probability-floor must be auto or in (0, %s), got %s; 1e-3 suits forests",
        MAX_FLOOR,
        probabilityFloor);
  }

  /** A member of which everything but the model is found out. */
  public OnnxMember(Path model, double weight, OutputKind output) {
    this(model, weight, output, "", Map.of(), AutoNumber.AUTO);
  }

  /** The path of the model. */
  @Override
  public String label() {
    return model.toString();
  }

  /** How the model is read. */
  Reading reading() {
    return new Reading(
        output,
        outputName,
        sources(inputs),
        probabilityFloor.isAuto()
            ? OptionalDouble.empty()
            : OptionalDouble.of(probabilityFloor.orElse(0)));
  }

  private static Map<String, InputSource> sources(Map<String, String> inputs) {
    Map<String, InputSource> sources = new TreeMap<>();
    inputs.forEach((name, text) -> sources.put(name, InputSource.parse(name, text)));
    return sources;
  }

  private static boolean isFloor(double floor) {
    return floor > 0 && floor < MAX_FLOOR;
  }
}
