package io.streamdistill.student.publish;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.Origin;
import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stays the same in every checkpoint of a run.
 *
 * @param name of the student
 * @param topic soft-target topic that it reads
 * @param features what its input is
 * @param classes what its outputs are
 * @param network its architecture; a checkpoint of another one is not resumed from
 * @param configuration its effective configuration, {@code network} included
 * @param scales what was measured before the first step; null when nothing was
 * @param initFrom checkpoint of another student that it started from; null when there is none
 */
public record StudentIdentity(
    String name,
    String topic,
    FeatureContract features,
    ClassMap classes,
    JsonNode network,
    JsonNode configuration,
    @Nullable StudentScales scales,
    @Nullable Origin initFrom) {

  /** The identity of the student whose checkpoint this is. */
  public static StudentIdentity of(Manifest manifest) {
    return new StudentIdentity(
        manifest.student(),
        manifest.source().topic(),
        manifest.features(),
        manifest.classMap(),
        manifest.configuration().path("network"),
        manifest.configuration(),
        manifest.scales(),
        manifest.initFrom());
  }

  /**
   * The same student, once it is known how it begins.
   *
   * @param measured its scales; null when nothing was measured
   * @param origin checkpoint of another student that it started from; null when there is none
   */
  public StudentIdentity begun(@Nullable StudentScales measured, @Nullable Origin origin) {
    return new StudentIdentity(
        name, topic, features, classes, network, configuration, measured, origin);
  }

  /**
   * What the student's models are exported under.
   *
   * @param metadata further entries of the model's metadata
   */
  ExportContract contract(Map<String, String> metadata) {
    return new ExportContract(
        name,
        features.type().name().toLowerCase(Locale.ROOT),
        features.shape().stream().map(Integer::longValue).toList(),
        features.scale(),
        features.offset(),
        scales == null ? null : scales.standardisation(),
        classes.names(),
        metadata);
  }
}
