package io.streamdistill.engine.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.onnx.graph.OnnxAttribute;
import io.streamdistill.onnx.graph.OnnxExportException;
import io.streamdistill.onnx.graph.OnnxGraph;
import io.streamdistill.onnx.graph.OnnxType;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Standardisation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a trained student as ONNX.
 *
 * <p>The model has one input, {@code features} (N, length) in the type in which features arrive,
 * and scales them itself. Its outputs are {@code probabilities} (N, classes), softmax at
 * temperature 1, and {@code logits} (N, classes).
 */
public final class OnnxExport {

  public static final String FEATURES = "features";
  public static final String PROBABILITIES = "probabilities";
  public static final String LOGITS = "logits";

  /** Name of the constant that is added to the logits of a student whose biases are corrected. */
  public static final String BIAS_CORRECTION = "bias_correction";

  /** Metadata keys. Shape and classes are JSON arrays. */
  public static final String STUDENT_KEY = "distill.student";

  public static final String FEATURE_TYPE_KEY = "distill.features.type";
  public static final String FEATURE_SHAPE_KEY = "distill.features.shape";
  public static final String FEATURE_SCALE_KEY = "distill.features.scale";
  public static final String FEATURE_OFFSET_KEY = "distill.features.offset";

  /** Whether the graph standardises every feature after scale and offset. */
  public static final String FEATURE_STANDARDISED_KEY = "distill.features.standardised";

  public static final String CLASSES_KEY = "distill.classes";
  public static final String CLASSES_HASH_KEY = "distill.classes.hash";

  /** Softmax temperature of {@value #PROBABILITIES}; that of {@value #LOGITS} is up to the user. */
  public static final String TEMPERATURE_KEY = "distill.probabilities.temperature";

  private static final ObjectMapper JSON = new ObjectMapper();

  private OnnxExport() {}

  /** What a student computes, which its engine knows how to write. */
  @FunctionalInterface
  public interface Layers {

    /**
     * Appends its nodes.
     *
     * @param x name of the features as the student sees them, (N, length)
     * @param logits what its result is to be named, (N, classes)
     * @return how many classes it has
     */
    long write(OnnxGraph graph, String x, String logits);
  }

  /**
   * Returns a student as the bytes of an {@code .onnx} file; the same layers give the same bytes.
   *
   * @param biasShift (classes) added to the logits by a node of its own; null for none
   * @throws OnnxExportException if the student does not fit the contract
   */
  public static byte[] write(
      Layers layers, ExportContract contract, double @Nullable [] biasShift) {
    OnnxGraph graph = new OnnxGraph(contract.student());
    String logits = biasShift == null ? LOGITS : LOGITS + ".uncorrected";
    long classes = layers.write(graph, features(graph, contract), logits);
    if (biasShift != null) {
      correct(graph, logits, biasShift);
    }
    outputs(graph, classes, contract);
    metadata(graph, contract);
    return graph.build();
  }

  /** x = features * scale + offset, in float32. */
  private static String features(OnnxGraph graph, ExportContract contract) {
    int length = contract.featureLength();
    String x = graph.input(FEATURES, contract.type(), length);
    if (contract.type() != OnnxType.F32) {
      x = graph.cast("features.f32", x, OnnxType.F32);
    }
    if (contract.scale() != 1) {
      String scale = graph.f32("features.scale", new float[] {contract.scale()});
      x = graph.node("Mul", "features.scaled", List.of(x, scale));
    }
    if (contract.offset() != 0) {
      String offset = graph.f32("features.offset", new float[] {contract.offset()});
      x = graph.node("Add", "features.shifted", List.of(x, offset));
    }
    Standardisation standardisation = contract.standardisation();
    return standardisation == null ? x : standardised(graph, x, standardisation);
  }

  /** x' = clip((x - mean) / deviation, -limit, limit), in the order of operations of training. */
  private static String standardised(OnnxGraph graph, String x, Standardisation standardisation) {
    String mean = vector(graph, "features.mean", standardisation.means());
    String deviation = vector(graph, "features.deviation", standardisation.deviations());
    String centred = graph.node("Sub", "features.centred", List.of(x, mean));
    String unit = graph.node("Div", "features.standardised", List.of(centred, deviation));
    String low = graph.f32("features.least", new float[] {-standardisation.limit()});
    String high = graph.f32("features.greatest", new float[] {standardisation.limit()});
    return graph.node("Clip", "features.clipped", List.of(unit, low, high));
  }

  /** As a scalar where all elements are the same. */
  private static String vector(OnnxGraph graph, String name, float[] elements) {
    boolean same = true;
    for (float element : elements) {
      same &= element == elements[0];
    }
    return same
        ? graph.f32(name, new float[] {elements[0]})
        : graph.f32(name, elements, elements.length);
  }

  private static void correct(OnnxGraph graph, String logits, double[] biasShift) {
    float[] shift = new float[biasShift.length];
    for (int k = 0; k < shift.length; k++) {
      shift[k] = (float) biasShift[k];
    }
    String constant = graph.f32(BIAS_CORRECTION, shift, shift.length);
    graph.node("Add", LOGITS, List.of(logits, constant));
  }

  private static void outputs(OnnxGraph graph, long found, ExportContract contract) {
    int classes = contract.classNames().size();
    if (found != classes) {
      throw new OnnxExportException(
          "The network has %d outputs, but the contract of student %s names %d classes: %s"
              .formatted(found, contract.student(), classes, contract.classNames()));
    }
    OnnxAttribute axis = OnnxAttribute.integer("axis", 1);
    String probabilities = graph.node("Softmax", PROBABILITIES, LOGITS, axis);
    graph.output(probabilities, OnnxType.F32, classes);
    graph.output(LOGITS, OnnxType.F32, classes);
    graph
        .describe(
            FEATURES,
            "features as on the wire: N rows of %s elements of shape %s, row-major; the model computes element * %s + %s"
                    .formatted(
                        contract.featureType(),
                        contract.shape(),
                        contract.scale(),
                        contract.offset())
                + (contract.standardisation() == null ? "" : ", then standardises every feature"))
        .describe(
            PROBABILITIES, "softmax of the logits at temperature 1, in the order of " + CLASSES_KEY)
        .describe(LOGITS, "not normalised, in the order of " + CLASSES_KEY);
  }

  private static void metadata(OnnxGraph graph, ExportContract contract) {
    contract.metadata().forEach(graph::metadata);
    graph
        .metadata(STUDENT_KEY, contract.student())
        .metadata(FEATURE_TYPE_KEY, contract.featureType())
        .metadata(FEATURE_SHAPE_KEY, json(contract.shape()))
        .metadata(FEATURE_SCALE_KEY, Float.toString(contract.scale()))
        .metadata(FEATURE_OFFSET_KEY, Float.toString(contract.offset()))
        .metadata(FEATURE_STANDARDISED_KEY, Boolean.toString(contract.standardisation() != null))
        .metadata(CLASSES_KEY, json(contract.classNames()))
        .metadata(CLASSES_HASH_KEY, new ClassMap(contract.classNames()).hash())
        .metadata(TEMPERATURE_KEY, "1");
  }

  private static String json(List<?> values) {
    try {
      return JSON.writeValueAsString(values);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + values + " as JSON", e);
    }
  }
}
