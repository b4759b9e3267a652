package io.streamdistill.teacher.topology;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.streamdistill.core.transfer.Verdict.Reason;
import io.streamdistill.core.transfer.Verdict.Rejected;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class RejectionWatchTest {

  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(RejectionWatch.class);
  private final RejectionWatch watch = new RejectionWatch();

  @BeforeEach
  void listen() {
    appender.start();
    logger.addAppender(appender);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(appender);
  }

  private void reject(Reason reason, int records) {
    for (int i = 0; i < records; i++) {
      watch.rejected(new Rejected<Void>(reason, "it is wrong"), "Record " + i);
    }
  }

  private List<Level> levels() {
    return appender.list.stream().map(ILoggingEvent::getLevel).toList();
  }

  @Test
  void aFewBadRecordsAreLoggedAndNoProblem() {
    watch.scored(20);
    reject(Reason.BAD_ANSWER, 11);
    watch.scored(20);

    assertThat(watch.problem()).isEmpty();
    assertThat(levels()).as("the first and the tenth").containsExactly(Level.WARN, Level.WARN);
    assertThat(appender.list.get(0).getFormattedMessage())
        .isEqualTo("Record 0 goes to the dead letters as bad-answer: it is wrong (1 so far)");
  }

  @Test
  void fewRecordsDecideNothing() {
    reject(Reason.WRONG_FEATURE_TYPE, 31);

    assertThat(watch.problem()).isEmpty();
  }

  @Test
  void mostOfThemAreAProblemThatNamesReasonAndRemedy() {
    reject(Reason.WRONG_FEATURE_TYPE, 32);

    assertThat(watch.problem())
        .hasValueSatisfying(
            problem ->
                assertThat(problem)
                    .contains("32 of the last 32 records", "wrong-feature-type", "it is wrong")
                    .endsWith(
                        "Check features.type and features.shape against what producers send"));
    assertThat(levels())
        .as("the first and the tenth, and what is wrong")
        .containsExactly(Level.WARN, Level.WARN, Level.ERROR);
  }

  @Test
  void nothingButRejectionsIsAProblemAfterAnyNumberOfGoodOnes() {
    watch.scored(5000);
    reject(Reason.BAD_FRAMING, 31);
    assertThat(watch.problem()).isEmpty();

    reject(Reason.BAD_FRAMING, 1);
    assertThat(watch.problem()).isPresent();

    watch.scored(1);
    assertThat(watch.problem()).isEmpty();
  }

  @Test
  void theProblemIsOverWhenMostAreScoredAgain() {
    watch.scored(900);
    reject(Reason.BAD_ANSWER, 501);
    assertThat(watch.problem()).isPresent();

    watch.scored(700);
    assertThat(watch.problem()).as("still 301 of 1,000").isPresent();
    watch.scored(100);

    assertThat(watch.problem()).isEmpty();
    assertThat(levels()).containsOnlyOnce(Level.ERROR, Level.INFO).endsWith(Level.INFO);
  }
}
