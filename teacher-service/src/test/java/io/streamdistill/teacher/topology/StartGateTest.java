package io.streamdistill.teacher.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.records.Verdict;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

final class StartGateTest {

  private static final Verdict<String> FIT = new Accepted<>("x");
  private static final Verdict<String> UNFIT =
      new Rejected<>(Reason.WRONG_FEATURE_TYPE, "it is F32, the contract says F16");

  private long millis = 1_000_000;

  private final Clock clock =
      new Clock() {
        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return Instant.ofEpochMilli(millis);
        }
      };

  private final StartGate gate = new StartGate(0.5, clock);

  private void judge(Verdict<String> verdict, int times) {
    for (int i = 0; i < times; i++) {
      gate.judged(verdict);
    }
  }

  @Test
  void holdsWhenMostOfTheFirstRecordsAreRejected() {
    judge(UNFIT, 31);
    assertThat(gate.isHolding()).as("fewer decide nothing").isFalse();
    assertThat(gate.letsThrough()).as("but they wait for the decision").isFalse();

    judge(UNFIT, 1);

    assertThat(gate.isHolding()).isTrue();
    assertThat(gate.letsThrough()).isFalse();
    assertThat(gate.problem().orElseThrow())
        .contains("of the first 32 records, 32 were rejected", "wrong-feature-type", "says F16")
        .contains("Check features.type", "max-rejected-share 1");
  }

  @Test
  void aHandfulOfBadOnesHoldsNothing() {
    judge(UNFIT, 10);
    judge(FIT, 22);

    assertThat(gate.letsThrough()).isTrue();
    assertThat(gate.isHolding()).isFalse();
  }

  /** Then the first records were old ones, or of another producer. */
  @Test
  void holdsAlsoWhenTheShareIsReachedLater() {
    judge(FIT, 100);
    judge(UNFIT, 100);
    assertThat(gate.isHolding()).isFalse();

    judge(UNFIT, 1);

    assertThat(gate.isHolding()).isTrue();
  }

  @Test
  void isOpenForGoodAfterTheFirstRecords() {
    judge(FIT, 1000);
    assertThat(gate.isOpen()).isTrue();

    judge(UNFIT, 5000);

    assertThat(gate.isHolding()).isFalse();
    assertThat(gate.letsThrough()).isTrue();
  }

  @Test
  void whatIsRejectedInASlowStreamDoesNotWaitForMore() {
    judge(FIT, 1);
    judge(UNFIT, 1);
    assertThat(gate.letsThrough()).isFalse();

    millis += 2000;

    assertThat(gate.letsThrough()).isTrue();
    judge(UNFIT, 1);
    assertThat(gate.letsThrough()).as("the next one waits in turn").isFalse();
  }

  @Test
  void goesOnWhenItIsReleased() {
    judge(UNFIT, 40);

    gate.release("newer records are fit");

    assertThat(gate.isHolding()).isFalse();
    assertThat(gate.letsThrough()).isTrue();
    assertThat(gate.problem()).isEmpty();
  }

  @Test
  void neverHoldsWithAShareOfOne() {
    StartGate never = new StartGate(1, clock);
    for (int i = 0; i < 100; i++) {
      never.judged(UNFIT);
    }

    assertThat(never.isOpen()).isTrue();
    assertThat(never.letsThrough()).isTrue();
  }
}
