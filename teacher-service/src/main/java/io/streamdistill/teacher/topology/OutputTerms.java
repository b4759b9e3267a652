package io.streamdistill.teacher.topology;

/** What the topics that are written to take, as they were last seen. Thread-safe. */
public final class OutputTerms {

  private volatile TopicTerms softTargets;
  private volatile TopicTerms deadLetters;

  /** As they are at first. */
  public OutputTerms(TopicTerms softTargets, TopicTerms deadLetters) {
    this.softTargets = softTargets;
    this.deadLetters = deadLetters;
  }

  /** The soft-target topic takes this from now on. */
  public void softTargets(TopicTerms terms) {
    softTargets = terms;
  }

  /** The dead-letter topic takes this from now on. */
  public void deadLetters(TopicTerms terms) {
    deadLetters = terms;
  }

  TopicTerms softTargets() {
    return softTargets;
  }

  TopicTerms deadLetters() {
    return deadLetters;
  }
}
