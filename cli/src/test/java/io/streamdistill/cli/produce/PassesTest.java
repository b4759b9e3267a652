package io.streamdistill.cli.produce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.cli.produce.ProduceOptions.OnError;
import io.streamdistill.cli.source.ExampleSource;
import io.streamdistill.cli.source.IdxSource;
import io.streamdistill.cli.source.Row;
import io.streamdistill.cli.source.Row.Fault;
import io.streamdistill.cli.source.UnfitRowException;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PassesTest {

  private static final Path MNIST = Path.of("..", "datasets", "mnist");
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00.123Z");
  private static final ClassMap DIGITS = ClassMap.ofCount(10);

  private static final ExampleSource.Opener TEN_THOUSAND =
      () ->
          IdxSource.open(
              MNIST.resolve("t10k-images-idx3-ubyte.gz"),
              MNIST.resolve("t10k-labels-idx1-ubyte.gz"),
              FeatureContract.u8(784),
              DIGITS);

  private final ProduceOptions defaults = ProduceOptions.defaults();

  @Test
  void keepsExactlyTheShareOfLabelsWhenTheTotalIsKnown() throws IOException {
    ExampleSource.Opener sixtyThousand =
        () ->
            IdxSource.open(
                MNIST.resolve("train-images-idx3-ubyte.gz"),
                MNIST.resolve("train-labels-idx1-ubyte.gz"),
                FeatureContract.u8(784),
                DIGITS);
    Map<Boolean, Long> counts = new java.util.HashMap<>();

    passes(sixtyThousand, defaults.withLabelFraction(0.1, 5))
        .forEach(example -> counts.merge(example.label() != null, 1L, Long::sum));

    assertThat(counts).containsExactlyInAnyOrderEntriesOf(Map.of(true, 6_000L, false, 54_000L));
  }

  @Test
  void keepsExactlyTheShareOfTheRowsWithinTheLimit() throws IOException {
    ProduceOptions options = defaults.withLabelFraction(0.25, 5).withLimit(1001).shuffled(5);

    assertThat(labelled(run(TEN_THOUSAND, options))).hasSize(250);
  }

  @Test
  void choosesTheSameLabelsForTheSameSeedAndOthersForAnother() throws IOException {
    Set<String> first = labelled(run(TEN_THOUSAND, defaults.withLabelFraction(0.1, 1)));
    Set<String> again = labelled(run(TEN_THOUSAND, defaults.withLabelFraction(0.1, 1)));
    Set<String> other = labelled(run(TEN_THOUSAND, defaults.withLabelFraction(0.1, 2)));

    assertThat(again).isEqualTo(first);
    Set<String> common = new HashSet<>(first);
    common.retainAll(other);
    assertThat(common.size()).as("in common by chance, of 1,000").isBetween(50, 160);
  }

  @Test
  void labelsTheRightImages() throws IOException {
    Map<String, Integer> all =
        run(TEN_THOUSAND, defaults).stream().collect(Collectors.toMap(Example::id, Example::label));

    List<Example> some = run(TEN_THOUSAND, defaults.withLabelFraction(0.3, 9).shuffled(9));

    assertThat(some)
        .filteredOn(example -> example.label() != null)
        .hasSize(3_000)
        .allSatisfy(e -> assertThat(e.label()).isEqualTo(all.get(e.id())));
  }

  @Test
  void keepsAboutTheShareOfLabelsByHashWhenTheTotalIsUnknown() throws IOException {
    ExampleSource.Opener csv = rows(20_000);

    Set<String> first = labelled(run(csv, defaults.withLabelFraction(0.1, 1)));
    Set<String> prefix = labelled(run(csv, defaults.withLabelFraction(0.1, 1).withLimit(5_000)));

    assertThat(first.size()).isBetween(1_850, 2_150); // 2,000 +- 3.5 standard deviations
    assertThat(first).containsAll(prefix); // a choice by id does not depend on the rows around
    assertThat(prefix).hasSizeBetween(400, 600);
  }

  @Test
  void givesTheSameIdsOnEveryRunAndInEveryOrder() throws IOException {
    ProduceOptions options = defaults.withIdPrefix("mnist-");

    List<Example> inOrder = run(TEN_THOUSAND, options);
    List<Example> shuffled = run(TEN_THOUSAND, options.shuffled(3));

    assertThat(inOrder.get(42).id()).isEqualTo("mnist-42");
    assertThat(inOrder).extracting(Example::id).doesNotHaveDuplicates();
    assertThat(shuffled.get(42).id()).isNotEqualTo("mnist-42");
    Map<String, Example> byId =
        inOrder.stream().collect(Collectors.toMap(Example::id, example -> example));
    assertThat(shuffled).allSatisfy(e -> assertThat(e).isEqualTo(byId.get(e.id())));
  }

  @Test
  void repeatsTheSameRowsUnderIdsOfTheirOwn() throws IOException {
    ProduceOptions options =
        defaults.withLimit(100).withRepeat(2).withLabelFraction(0.5, 4).shuffled(4);

    List<Example> examples = run(TEN_THOUSAND, options);

    assertThat(examples).hasSize(200);
    for (int i = 0; i < 100; i++) {
      Example first = examples.get(i);
      Example second = examples.get(i + 100);
      assertThat(second.id()).isEqualTo(first.id() + "#2");
      assertThat(second.label()).isEqualTo(first.label());
      assertThat(second.features()).isEqualTo(first.features());
    }
  }

  @Test
  void stampsExamplesWithoutTimeByTheClock() throws IOException {
    assertThat(run(rows(1), defaults).get(0).eventTime()).isEqualTo(NOW);
  }

  @Test
  void stopsAtAnUnfitRowNamingLineAndRemedy() {
    List<Example> before = new ArrayList<>();

    assertThatThrownBy(
            () ->
                passes(RowSource.of(fit(0), unfit(1, false), fit(2)), defaults)
                    .forEach(before::add))
        .isInstanceOf(UnfitRowException.class)
        .hasMessageContaining("bad.csv:1: not so")
        .hasMessageContaining("--on-error skip");
    assertThat(before).hasSize(1);
  }

  @Test
  void skipsUnfitRowsAndCountsTheReasons() throws IOException {
    Passes passes =
        passes(
            RowSource.of(fit(0), unfit(1, false), unfit(2, false), fit(3)),
            defaults.withOnError(OnError.SKIP).withIdPrefix("r"));
    List<Example> examples = new ArrayList<>();

    passes.forEach(examples::add);

    assertThat(examples).extracting(Example::id).containsExactly("r0", "r3");
    assertThat(passes.skipped()).containsExactlyEntriesOf(Map.of(Fault.BAD_FEATURE, 2L));
  }

  @Test
  void skipsRowsThatTheUserWantsLeftOutWithoutSkippingOthers() throws IOException {
    Passes passes = passes(RowSource.of(unfit(0, true), fit(1)), defaults);
    List<Example> examples = new ArrayList<>();

    passes.forEach(examples::add);

    assertThat(examples).hasSize(1);
    assertThat(passes.skipped()).containsExactlyEntriesOf(Map.of(Fault.BAD_FEATURE, 1L));
  }

  private static ExampleSource.Opener rows(int rows) {
    return RowSource.of(IntStream.range(0, rows).mapToObj(PassesTest::fit).toArray(Row[]::new));
  }

  private static Row fit(int index) {
    return new Row.Example(
        index, null, ByteBuffer.wrap(new byte[] {(byte) index, 7}), index % 10, 1, null);
  }

  private static Row unfit(int index, boolean asked) {
    return new Row.Malformed(index, Fault.BAD_FEATURE, "bad.csv:" + index, "not so", asked);
  }

  private static Set<String> labelled(List<Example> examples) {
    return examples.stream()
        .filter(example -> example.label() != null)
        .map(Example::id)
        .collect(Collectors.toSet());
  }

  private static List<Example> run(ExampleSource.Opener opener, ProduceOptions options)
      throws IOException {
    List<Example> examples = new ArrayList<>();
    passes(opener, options).forEach(examples::add);
    return examples;
  }

  private static Passes passes(ExampleSource.Opener opener, ProduceOptions options) {
    return new Passes(opener, options, FeatureType.U8, Clock.fixed(NOW, ZoneOffset.UTC));
  }
}
