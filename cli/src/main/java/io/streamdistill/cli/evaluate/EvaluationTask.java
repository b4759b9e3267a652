package io.streamdistill.cli.evaluate;

import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.cli.config.FeaturesConfig;
import io.streamdistill.config.ConfigException;
import io.streamdistill.config.ConfigLoader;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.teacher.TeacherConfig;
import io.streamdistill.teacher.engine.TeacherMember;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What examples and answers are: said by the model itself, by the configuration, or by the file of
 * examples, in this order.
 *
 * @param features of the examples; its scale is that of the configuration
 */
record EvaluationTask(
    ConfigOptions options, ModelUnderTest model, FeatureContract features, ClassMap classes) {

  /** Of the configuration, what says what examples are; all of it may be missing. */
  record View(Features features, Classes classes) {}

  /** See {@link FeaturesConfig}. */
  record Features(
      FeatureType type,
      Optional<List<Integer>> shape,
      Optional<Float> scale,
      Optional<Float> offset) {
    FeatureContract contract(FeatureType ofType, List<Integer> ofShape) {
      return new FeaturesConfig(ofType, ofShape, scale, offset).contract();
    }
  }

  /** See {@link io.streamdistill.cli.config.ClassesConfig}. */
  record Classes(Optional<List<String>> names, Optional<Integer> count) {
    Optional<ClassMap> map() {
      return names.map(ClassMap::new).or(() -> count.map(ClassMap::ofCount));
    }
  }

  /** Where topics are. */
  record KafkaView(KafkaSettings kafka, TopicsConfig topics) {}

  /** The teacher. */
  record TeacherView(TeacherConfig teacher) {}

  /**
   * Finds out.
   *
   * @param ofFile shape of the examples, where their file says it
   */
  static EvaluationTask of(
      ConfigOptions options, ModelUnderTest model, Optional<List<Integer>> ofFile)
      throws IOException {
    View view = options.load(View.class);
    FeatureContract own = model.features();
    FeatureContract features =
        own != null
            ? view.features().contract(own.type(), own.shape())
            : view.features().contract(view.features().type(), shape(view, ofFile));
    return new EvaluationTask(options, model, features, classes(view, model));
  }

  private static List<Integer> shape(View view, Optional<List<Integer>> ofFile) {
    Optional<List<Integer>> configured = view.features().shape();
    if (ofFile.isPresent()
        && configured.filter(shape -> sameLength(shape, ofFile.get())).isEmpty()) {
      return ofFile.get();
    }
    return configured.orElseThrow(
        () ->
            new ConfigException(
                "features.shape is missing, and the model does not say what it takes; set it, e.g. --set features.shape=13 --set features.type=f32"));
  }

  private static boolean sameLength(List<Integer> one, List<Integer> other) {
    return product(one) == product(other);
  }

  private static long product(List<Integer> shape) {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }

  private static ClassMap classes(View view, ModelUnderTest model) throws IOException {
    Optional<ClassMap> configured = view.classes().map();
    ClassMap own = model.classes();
    if (own != null) {
      return own;
    }
    if (configured.isPresent()) {
      return configured.get();
    }
    OptionalInt outputs = ModelFile.classes(model.file());
    if (outputs.isEmpty()) {
      throw new ConfigException(
          "classes is missing, and %s does not say how many it has; set classes.names to a list, or classes.count to a number"
              .formatted(model.file()));
    }
    return ClassMap.ofCount(outputs.getAsInt());
  }

  /** Opens the model under test. */
  Classifier openModel() {
    if (model.isStudent()) {
      return StudentClassifier.open(model.file(), features);
    }
    ConfigLoader loader = options.loader();
    setModel(loader, model.file(), "--model");
    loader.set("teacher.engine-threads", "1", "--model");
    return EngineClassifier.open(loader.load(TeacherView.class).teacher(), features, classes);
  }

  /**
   * Opens the teacher.
   *
   * @param teacher an ONNX file; null for the one that is configured
   */
  Classifier openTeacher(Optional<Path> teacher) {
    requireSameTask();
    ConfigLoader loader = options.loader();
    teacher.ifPresent(file -> setModel(loader, file, "--teacher"));
    return EngineClassifier.open(loader.load(TeacherView.class).teacher(), features, classes);
  }

  /** Names of the models of the configured teacher. */
  String configuredTeacher() {
    TeacherConfig teacher = options.load(TeacherView.class).teacher();
    List<String> models = teacher.members().stream().map(TeacherMember::label).toList();
    return models.size() == 1
        ? models.get(0)
        : "ensemble of %d: %s".formatted(models.size(), String.join(", ", models));
  }

  /** The configuration, by which the teacher reads, must not contradict the student. */
  private void requireSameTask() {
    View view = options.load(View.class);
    Optional<ClassMap> configured = view.classes().map();
    if (configured.isPresent() && !configured.get().equals(classes)) {
      throw new ConfigException(
          "the model's classes are %s, the configuration's %s; give the configuration of this student"
              .formatted(excerpt(classes), excerpt(configured.get())));
    }
    FeatureContract own = model.features();
    Optional<List<Integer>> shape = view.features().shape();
    if (own != null
        && shape.isPresent()
        && (view.features().type() != own.type() || product(shape.get()) != own.length())) {
      throw new ConfigException(
          "the model takes features %s %s, the configuration says %s %s; give the configuration of this student"
              .formatted(own.type(), own.shape(), view.features().type(), shape.get()));
    }
  }

  private static String excerpt(ClassMap classes) {
    return io.streamdistill.cli.source.Excerpt.of(classes.names());
  }

  private static void setModel(ConfigLoader loader, Path file, String flag) {
    String quoted = "\"" + file.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    loader.set("teacher.members", "[{model: " + quoted + "}]", flag);
  }

  KafkaView kafka() {
    return options.load(KafkaView.class);
  }
}
