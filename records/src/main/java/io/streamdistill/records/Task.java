package io.streamdistill.records;

/**
 * What is to be learned.
 *
 * @param features what every example holds
 * @param classes what it may be of, in the order of the teacher's answers
 */
public record Task(FeatureContract features, ClassMap classes) {

  /** The same, with other features. */
  public Task with(FeatureContract other) {
    return new Task(other, classes);
  }
}
