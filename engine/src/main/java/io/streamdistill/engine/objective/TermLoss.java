package io.streamdistill.engine.objective;

/**
 * What a batch adds to a term of its loss; sums over the records, in nats.
 *
 * @param name of the term
 * @param value what is minimised
 * @param excess the part of it that a student can do something about; 0 when it does all it can
 */
public record TermLoss(String name, double value, double excess) {

  /** Of two batches. */
  TermLoss plus(TermLoss other) {
    if (!name.equals(other.name)) {
      throw new IllegalArgumentException("term %s plus term %s".formatted(name, other.name));
    }
    return new TermLoss(name, value + other.value, excess + other.excess);
  }
}
