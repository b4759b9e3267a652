package io.streamdistill.teacher.onnx;

import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.onnx.InputSource.Constant;
import io.streamdistill.teacher.onnx.InputSource.Slice;
import io.streamdistill.teacher.onnx.OnnxInputs.Declared;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Decides which input of a model gets which of the features. */
final class InputSlices {

  private final String model;
  private final int features;

  private InputSlices(String model, int features) {
    this.model = model;
    this.features = features;
  }

  /**
   * Decides for every input.
   *
   * @param features elements of one example
   * @throws TeacherException when there is no way to do so, or more than one
   */
  static Map<String, InputSource> of(
      String model, List<Declared> inputs, Map<String, InputSource> configured, int features) {
    InputSlices slices = new InputSlices(model, features);
    slices.requireKnown(inputs, configured);
    Map<String, InputSource> sources = new LinkedHashMap<>(configured);
    List<Declared> open =
        inputs.stream().filter(input -> !configured.containsKey(input.name())).toList();
    boolean sliced = configured.values().stream().anyMatch(Slice.class::isInstance);
    if (sliced && !open.isEmpty()) {
      throw new TeacherException(
          "%s: the member's inputs say nothing of %s; add FROM..TO or 'constant NUMBER' for each of them"
              .formatted(model, open.stream().map(Declared::name).toList()));
    }
    if (!sliced && open.isEmpty()) {
      throw new TeacherException(
          "%s: no input gets any feature; give the member's inputs FROM..TO for one of them at least"
              .formatted(model));
    }
    if (!open.isEmpty()) {
      sources.putAll(slices.shared(inputs, open));
    }
    return sources;
  }

  private void requireKnown(List<Declared> inputs, Map<String, InputSource> configured) {
    List<String> names = inputs.stream().map(Declared::name).toList();
    configured.forEach(
        (name, source) -> {
          if (!names.contains(name)) {
            throw new TeacherException(
                "%s has no input '%s'; correct the member's inputs to some of %s"
                    .formatted(model, name, names));
          }
          if (source instanceof Slice slice && slice.to() > features) {
            throw new TeacherException(
                "%s: input '%s' is to get the features %s, an example has 0..%d; correct the member's inputs or features.shape"
                    .formatted(model, name, slice, features - 1));
          }
        });
  }

  /** The features one after the other, in the order of the inputs. */
  private Map<String, InputSource> shared(List<Declared> all, List<Declared> open) {
    if (open.size() == 1) {
      return Map.of(open.get(0).name(), new Slice(0, features));
    }
    long known = open.stream().mapToLong(Declared::width).filter(width -> width >= 0).sum();
    long unknown = open.stream().filter(input -> input.width() < 0).count();
    long left = features - known;
    boolean fits = unknown == 0 ? left == 0 : left > 0 && left % unknown == 0;
    boolean alike = unknown <= 1 || unknown == open.size();
    if (!fits || !alike) {
      throw new TeacherException(
          "%s has the inputs %s, and it is not clear which of the %d features each of them gets; say so with the member's inputs, such as %s"
              .formatted(model, described(all), features, example(open)));
    }
    Map<String, InputSource> slices = new LinkedHashMap<>();
    int from = 0;
    for (Declared input : open) {
      int width = Math.toIntExact(input.width() < 0 ? left / unknown : input.width());
      slices.put(input.name(), new Slice(from, from + width));
      from += width;
    }
    return slices;
  }

  private static String described(List<Declared> inputs) {
    return inputs.stream()
        .map(input -> input.name() + " " + ExampleShape.text(input.shape()))
        .collect(Collectors.joining(", "));
  }

  private String example(List<Declared> open) {
    Map<String, InputSource> example = new LinkedHashMap<>();
    int from = 0;
    for (Declared input : open) {
      long width = input.width() < 0 ? features / open.size() : input.width();
      if (width > 0 && from + width <= features) {
        example.put(input.name(), new Slice(from, Math.toIntExact(from + width)));
        from += Math.toIntExact(width);
      } else {
        example.put(input.name(), new Constant(0));
      }
    }
    return example.entrySet().stream()
        .map(entry -> entry.getKey() + ": " + entry.getValue())
        .collect(Collectors.joining(", ", "inputs: {", "}"));
  }
}
