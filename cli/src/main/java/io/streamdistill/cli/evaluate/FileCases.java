package io.streamdistill.cli.evaluate;

import io.streamdistill.cli.source.ExampleSource;
import io.streamdistill.cli.source.LeftOut;
import io.streamdistill.cli.source.Row;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The rows of a file. */
final class FileCases implements Cases {

  private final ExampleSource.Opener opener;
  private final String source;
  private final long limit;
  private final LeftOut leftOut;

  /**
   * Creates them.
   *
   * @param limit rows read, at most
   */
  FileCases(ExampleSource.Opener opener, String source, long limit, LeftOut leftOut) {
    this.opener = opener;
    this.source = source;
    this.limit = limit;
    this.leftOut = leftOut;
  }

  @Override
  public void forEach(Consumer<Case> sink) throws IOException {
    try (ExampleSource rows = opener.open()) {
      for (long i = 0; i < limit; i++) {
        Row row = rows.next();
        if (row == null) {
          return;
        }
        if (row instanceof Row.Example example) {
          sink.accept(new Case(example.features(), example.label(), null));
        } else if (row instanceof Row.Malformed malformed) {
          leftOut.add(malformed);
        }
      }
    }
  }

  @Override
  public Map<String, Long> leftOut() {
    Map<String, Long> byLabel = new TreeMap<>();
    leftOut.counts().forEach((fault, count) -> byLabel.put(fault.label(), count));
    return byLabel;
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public Map<String, Long> teacherVersions() {
    return Map.of();
  }
}
