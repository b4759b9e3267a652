package io.streamdistill.cli.produce;

import io.streamdistill.cli.produce.ProduceOptions.OnError;
import io.streamdistill.cli.source.ExampleSource;
import io.streamdistill.cli.source.LeftOut;
import io.streamdistill.cli.source.Row;
import io.streamdistill.cli.source.Row.Fault;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Reads a source as often as the options say, and turns its rows into transfer examples. */
final class Passes {

  private final ExampleSource.Opener opener;
  private final ProduceOptions options;
  private final FeatureType featureType;
  private final Clock clock;
  private final LeftOut leftOut;

  Passes(
      ExampleSource.Opener opener, ProduceOptions options, FeatureType featureType, Clock clock) {
    this.opener = opener;
    this.options = options;
    this.featureType = featureType;
    this.clock = clock;
    this.leftOut = new LeftOut(options.onError() == OnError.SKIP);
  }

  /** Hands every example to {@code sink}, pass after pass. */
  void forEach(Consumer<Example> sink) throws IOException {
    for (int pass = 1; pass <= options.repeat(); pass++) {
      try (ExampleSource source = open()) {
        LabelChoice labels = labels(source.total());
        for (long position = 0; position < options.limit(); position++) {
          Row row = source.next();
          if (row == null) {
            break;
          }
          if (row instanceof Row.Example example) {
            sink.accept(example(example, pass, position, labels));
          } else if (row instanceof Row.Malformed malformed) {
            leftOut.add(malformed);
          }
        }
      }
    }
  }

  /** Rows left out so far, by reason. */
  Map<Fault, Long> skipped() {
    return leftOut.counts();
  }

  private ExampleSource open() throws IOException {
    if (!options.shuffle()) {
      return opener.open();
    }
    try (ExampleSource ordered = opener.open()) {
      return ShuffledSource.of(ordered, options.seed());
    }
  }

  private LabelChoice labels(OptionalLong total) {
    if (options.labelFraction() == 1) {
      return LabelChoice.all();
    }
    if (total.isEmpty()) {
      return LabelChoice.hashed(options.labelFraction(), options.seed());
    }
    int rows = Math.toIntExact(Math.min(total.getAsLong(), options.limit()));
    return LabelChoice.exactly(options.labelFraction(), rows, options.seed());
  }

  private Example example(Row.Example row, int pass, long position, LabelChoice labels) {
    String id = row.id() == null ? options.idPrefix() + row.index() : row.id();
    return new Example(
        pass == 1 ? id : id + "#" + pass,
        row.features(),
        featureType,
        labels.keeps(position, id) ? row.label() : null,
        row.weight(),
        row.eventTime() == null ? clock.instant().truncatedTo(ChronoUnit.MILLIS) : row.eventTime());
  }
}
