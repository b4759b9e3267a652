package io.streamdistill.teacher;

import static io.streamdistill.config.Require.require;

import io.streamdistill.records.FeatureContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the teacher sees of a feature: {@code element * scale + offset}. Inputs of whole numbers get
 * the element as it is.
 *
 * @param scale finite and not 0; default that of {@code features}
 * @param offset finite; default that of {@code features}
 */
public record TeacherFeatures(Optional<Float> scale, Optional<Float> offset) {

  /** The scaling of {@code features}. */
  public static final TeacherFeatures AS_ON_THE_WIRE =
      new TeacherFeatures(Optional.empty(), Optional.empty());

  /** Validates. */
  public TeacherFeatures {
    scale.ifPresent(
        value ->
            require(
                Float.isFinite(value) && value != 0,
                "teacher.features.scale must be finite and not 0, got %s; leave it out for features.scale",
                value));
    offset.ifPresent(
        value ->
            require(
                Float.isFinite(value),
                "teacher.features.offset must be finite, got %s; leave it out for features.offset",
                value));
  }

  /** The features of {@code wire}, scaled as the teacher wants them. */
  public FeatureContract of(FeatureContract wire) {
    return new FeatureContract(
        wire.type(), wire.shape(), scale.orElse(wire.scale()), offset.orElse(wire.offset()));
  }

  /** What is set, as part of the teacher's version. */
  List<String> settings() {
    List<String> settings = new ArrayList<>();
    scale.ifPresent(value -> settings.add("scale=" + value));
    offset.ifPresent(value -> settings.add("offset=" + value));
    return settings;
  }
}
