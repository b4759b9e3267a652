package io.streamdistill.cli.produce;

import io.streamdistill.cli.source.Row.Fault;
import java.time.Duration;
import java.util.Map;

/**
 * What a finished production sent; the broker has acknowledged all of it.
 *
 * @param examples records sent, every pass counted
 * @param labelled records among them with a hard label
 * @param skipped rows left out, by reason, every pass counted
 * @param sentBefore examples left out since their id was in the topic already
 * @param elapsed from the first row read to the last acknowledgement
 */
public record Produced(
    long examples, long labelled, Map<Fault, Long> skipped, long sentBefore, Duration elapsed) {

  /** Copies. */
  public Produced {
    skipped = Map.copyOf(skipped);
  }
}
