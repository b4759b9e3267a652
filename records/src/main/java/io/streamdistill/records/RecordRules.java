package io.streamdistill.records;

import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import org.jspecify.annotations.Nullable;

/** What examples and soft targets must keep to. Immutable and thread-safe. */
public final class RecordRules {

  private final Features features;
  private final String classMapHash;
  private final int classes;
  private final double maxWeight;

  /** Rules of {@code task}; every finite weight is taken. */
  public RecordRules(Task task) {
    this(task, Float.MAX_VALUE);
  }

  /**
   * Rules of {@code task}.
   *
   * @param maxWeight largest weight that is taken, {@code student.max-weight}
   */
  public RecordRules(Task task, double maxWeight) {
    features = new Features(task.features());
    classMapHash = task.classes().hash();
    classes = task.classes().count();
    this.maxWeight = maxWeight;
  }

  /**
   * Judges an example of the transfer set.
   *
   * @param read what a format made of a record; one that is rejected stays so
   */
  public Verdict<Example> judge(Verdict<Example> read) {
    if (!(read instanceof Accepted<Example> accepted)) {
      return read;
    }
    Example example = accepted.value();
    if (example.id().isBlank()) {
      return new Rejected<>(Reason.BLANK_ID, "the id is blank");
    }
    Rejected<Example> form = form(example);
    Rejected<Example> why = form == null ? content(example) : form;
    return why == null ? read : why;
  }

  /**
   * Judges a soft target.
   *
   * @param read what was made of a record; one that is rejected stays so
   * @param logProbabilities (classes), overwritten with the teacher's, at the temperature of the
   *     target; undefined when it is rejected
   */
  public Verdict<Target> judge(Verdict<Target> read, double[] logProbabilities) {
    if (!(read instanceof Accepted<Target> accepted)) {
      return read;
    }
    Target target = accepted.value();
    Rejected<Target> form = form(target.example());
    if (form != null) {
      return form;
    }
    if (!target.answer().classMapHash().equals(classMapHash)) {
      return new Rejected<>(
          Reason.WRONG_CLASS_MAP,
          "class map %s, expected %s: teacher and student are configured with other classes"
              .formatted(target.answer().classMapHash(), classMapHash));
    }
    Rejected<Target> content = content(target.example());
    if (content != null) {
      return content;
    }
    if (!target.answer().decode(logProbabilities)) {
      return new Rejected<>(
          Reason.BAD_TARGETS,
          "%d bytes of %s at temperature %s are not a distribution over %d classes"
              .formatted(
                  target.answer().distribution().remaining(),
                  target.answer().encoding(),
                  target.answer().temperature(),
                  classes));
    }
    return read;
  }

  private <T> @Nullable Rejected<T> form(Example example) {
    FeatureContract contract = features.contract();
    if (example.type() != contract.type()) {
      return new Rejected<>(
          Reason.WRONG_FEATURE_TYPE,
          "features are %s, expected %s (features.type)"
              .formatted(example.type(), contract.type()));
    }
    if (example.features().remaining() != contract.bytes()) {
      return new Rejected<>(
          Reason.WRONG_FEATURE_LENGTH,
          "features have %d bytes, shape %s of %s needs %d"
              .formatted(
                  example.features().remaining(),
                  contract.shape(),
                  contract.type(),
                  contract.bytes()));
    }
    return null;
  }

  private <T> @Nullable Rejected<T> content(Example example) {
    if (!features.allFinite(example.features())) {
      return new Rejected<>(
          Reason.NON_FINITE_FEATURES, "a feature is NaN or infinite, as it is or after scaling");
    }
    Integer label = example.label();
    if (label != null && (label < 0 || label >= classes)) {
      return new Rejected<>(
          Reason.LABEL_OUT_OF_RANGE, "label %d is not in [0, %d)".formatted(label, classes));
    }
    float weight = example.weight();
    if (!(weight >= 0 && weight <= maxWeight)) {
      return new Rejected<>(Reason.BAD_WEIGHT, badWeight(weight));
    }
    return null;
  }

  private String badWeight(float weight) {
    return maxWeight >= Float.MAX_VALUE
        ? "weight %s is not finite and >= 0".formatted(weight)
        : "weight is %s, expected 0 to %s (student.max-weight)".formatted(weight, maxWeight);
  }
}
