package io.streamdistill.checkpoints.format;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fills a {@link Manifest} by name; hashes are derived, files come with {@link Manifest#write}. */
public final class ManifestBuilder {

  private final CheckpointId id;
  private @Nullable String parent;
  private @Nullable Origin initFrom;
  private @Nullable Instant createdTime;
  private @Nullable String codeVersion;
  private @Nullable Long step;
  private @Nullable Long examplesSeen;
  private @Nullable SourcePosition source;
  private @Nullable Map<String, String> randomState;
  private @Nullable FeatureContract features;
  private @Nullable StudentScales scales;
  private @Nullable LearningRecord learning;
  private @Nullable ClassMap classes;
  private @Nullable List<String> teacherVersions;
  private @Nullable Map<String, Long> teacherExamples;
  private @Nullable JsonNode configuration;
  private Map<String, Double> metrics = Map.of();
  private @Nullable Calibration calibration;

  ManifestBuilder(CheckpointId id) {
    this.id = id;
  }

  /**
   * Version, of the same student, that training went on from, or that was corrected; default null.
   */
  public ManifestBuilder parent(@Nullable String version) {
    this.parent = version;
    return this;
  }

  /** Checkpoint of another student that the student started from; default null, none. */
  public ManifestBuilder initFrom(@Nullable Origin origin) {
    this.initFrom = origin;
    return this;
  }

  /** When the checkpoint was taken. */
  public ManifestBuilder createdTime(Instant time) {
    this.createdTime = time;
    return this;
  }

  /** Version of StreamDistill. */
  public ManifestBuilder codeVersion(String version) {
    this.codeVersion = version;
    return this;
  }

  /** Training steps taken (batches). */
  public ManifestBuilder step(long steps) {
    this.step = steps;
    return this;
  }

  /** Soft targets that contributed to the weights, every pass counted. */
  public ManifestBuilder examplesSeen(long examples) {
    this.examplesSeen = examples;
    return this;
  }

  /** Where in the soft-target log training goes on. */
  public ManifestBuilder source(SourcePosition position) {
    this.source = position;
    return this;
  }

  /** State of every random generator, by name. */
  public ManifestBuilder randomState(Map<String, String> state) {
    this.randomState = state;
    return this;
  }

  /** What the model's input is. */
  public ManifestBuilder features(FeatureContract contract) {
    this.features = contract;
    return this;
  }

  /** What was measured before the first step; default null, nothing. */
  public ManifestBuilder scales(@Nullable StudentScales measured) {
    this.scales = measured;
    return this;
  }

  /** How learning went; default null, nobody watched it. */
  public ManifestBuilder learning(@Nullable LearningRecord watched) {
    this.learning = watched;
    return this;
  }

  /** The classes, in the order of the model's outputs. */
  public ManifestBuilder classes(ClassMap map) {
    this.classes = map;
    return this;
  }

  /** Every teacher version that contributed targets. */
  public ManifestBuilder teacherVersions(Collection<String> versions) {
    this.teacherVersions = versions.stream().distinct().sorted().toList();
    return this;
  }

  /** How many of the examples seen are of which teacher version; default null, not counted. */
  public ManifestBuilder teacherExamples(@Nullable Map<String, Long> byVersion) {
    this.teacherExamples = byVersion;
    return this;
  }

  /** The student's effective configuration: objective, optimizer, network. */
  public ManifestBuilder configuration(JsonNode effective) {
    this.configuration = effective;
    return this;
  }

  /** Prequential metrics by name, finite; default none. */
  public ManifestBuilder metrics(Map<String, Double> byName) {
    this.metrics = byName;
    return this;
  }

  /** How the model's biases were corrected; default null, not at all. */
  public ManifestBuilder calibration(@Nullable Calibration correction) {
    this.calibration = correction;
    return this;
  }

  /**
   * Returns the manifest, without files yet.
   *
   * @throws CheckpointException when something is not set or not valid
   */
  public Manifest build() {
    ClassMap classMap = set("classes", classes);
    JsonNode effective = set("configuration", configuration);
    return new Manifest(
        Manifest.FORMAT_VERSION,
        id.student(),
        id.version(),
        parent,
        initFrom,
        set("createdTime", createdTime),
        set("codeVersion", codeVersion),
        set("step", step),
        set("examplesSeen", examplesSeen),
        set("source", source),
        set("randomState", randomState),
        set("features", features),
        scales,
        learning,
        classMap.names(),
        classMap.hash(),
        set("teacherVersions", teacherVersions),
        teacherExamples,
        effective,
        ManifestJson.canonicalHash(effective),
        metrics,
        calibration,
        List.of(),
        null);
  }

  private <T> T set(String field, @Nullable T value) {
    if (value == null) {
      throw new CheckpointException("manifest of %s: %s is not set".formatted(id, field));
    }
    return value;
  }
}
