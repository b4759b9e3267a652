package io.streamdistill.cli.produce;

import static io.streamdistill.config.Require.require;

/**
 * Which rows of a source are sent, and how.
 *
 * @param limit rows read from the source per pass, >= 1, after shuffling; default all
 * @param repeat passes over those rows, >= 1; default 1. Pass n > 1 appends {@code #n} to the ids
 * @param rate records per second, > 0; default infinite, as fast as the broker takes them
 * @param labelFraction share of the rows that keep their hard label, in [0, 1]; default 1. Exactly
 *     round(share x rows) keep it when the number of rows is known (IDX files, shuffled sources);
 *     else those whose hash of seed and id falls below the share. Classes are not stratified
 * @param seed seed of both the shuffle and the choice of labels; default 1
 * @param shuffle whether all rows are read into memory and sent in random order; every pass has the
 *     same order; default false
 * @param idPrefix begins the ids of rows that have none: prefix and row number; default empty
 * @param onError what happens at an unfit row; default fail
 * @param skipSent whether examples whose id is in the topic already are left out; default false
 */
public record ProduceOptions(
    long limit,
    int repeat,
    double rate,
    double labelFraction,
    long seed,
    boolean shuffle,
    String idPrefix,
    OnError onError,
    boolean skipSent) {

  /** What happens at a row that is not fit. */
  public enum OnError {
    /** Production stops; what was sent before stays. */
    FAIL,
    /** The row is left out, counted by reason and reported. */
    SKIP
  }

  /** Validates. */
  public ProduceOptions {
    require(limit >= 1, "--limit must be >= 1, got %s", limit);
    require(repeat >= 1, "--repeat must be >= 1, got %s", repeat);
    require(rate > 0, "--rate must be > 0 records per second, got %s", rate);
    require(
        labelFraction >= 0 && labelFraction <= 1,
        "--label-fraction must be in [0, 1], got %s",
        labelFraction);
  }

  /** Every row once, in order, at full speed, with its label. */
  public static ProduceOptions defaults() {
    return new ProduceOptions(
        Long.MAX_VALUE, 1, Double.POSITIVE_INFINITY, 1, 1, false, "", OnError.FAIL, false);
  }

  /** Returns a copy with another limit. */
  public ProduceOptions withLimit(long newLimit) {
    return new ProduceOptions(
        newLimit, repeat, rate, labelFraction, seed, shuffle, idPrefix, onError, skipSent);
  }

  /** Returns a copy with another number of passes. */
  public ProduceOptions withRepeat(int newRepeat) {
    return new ProduceOptions(
        limit, newRepeat, rate, labelFraction, seed, shuffle, idPrefix, onError, skipSent);
  }

  /** Returns a copy with another share of labelled rows, chosen by {@code newSeed}. */
  public ProduceOptions withLabelFraction(double newFraction, long newSeed) {
    return new ProduceOptions(
        limit, repeat, rate, newFraction, newSeed, shuffle, idPrefix, onError, skipSent);
  }

  /** Returns a copy that shuffles by {@code newSeed}. */
  public ProduceOptions shuffled(long newSeed) {
    return new ProduceOptions(
        limit, repeat, rate, labelFraction, newSeed, true, idPrefix, onError, skipSent);
  }

  /** Returns a copy with another prefix of ids. */
  public ProduceOptions withIdPrefix(String newPrefix) {
    return new ProduceOptions(
        limit, repeat, rate, labelFraction, seed, shuffle, newPrefix, onError, skipSent);
  }

  /** Returns a copy that treats unfit rows in another way. */
  public ProduceOptions withOnError(OnError newOnError) {
    return new ProduceOptions(
        limit, repeat, rate, labelFraction, seed, shuffle, idPrefix, newOnError, skipSent);
  }

  /** Returns a copy that leaves out what is in the topic already. */
  public ProduceOptions skippingSent() {
    return new ProduceOptions(
        limit, repeat, rate, labelFraction, seed, shuffle, idPrefix, onError, true);
  }
}
