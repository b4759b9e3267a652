package io.streamdistill.teacher.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class TeacherAccuracyTest {

  private static final int CLASSES = 10;

  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(TeacherAccuracy.class);
  private final TeacherAccuracy accuracy = new TeacherAccuracy(new SimpleMeterRegistry());
  private final Random random = new Random(5);

  @BeforeEach
  void listen() {
    appender.start();
    logger.addAppender(appender);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(appender);
  }

  private void add(int label, int predicted) {
    double[] logProbabilities = new double[CLASSES];
    logProbabilities[predicted] = 1;
    accuracy.add(label, logProbabilities);
  }

  private List<Level> levels() {
    return appender.list.stream().map(ILoggingEvent::getLevel).toList();
  }

  @Test
  void tellsAfterAHundredAThousandAndTenThousand() {
    for (int i = 0; i < 10_000; i++) {
      int label = random.nextInt(CLASSES);
      add(label, i % 20 == 0 ? (label + 1) % CLASSES : label);
    }

    assertThat(levels()).containsExactly(Level.INFO, Level.INFO, Level.INFO);
    assertThat(appender.list.get(0).getFormattedMessage()).contains("right about 0.95");
    assertThat(accuracy.value()).isCloseTo(0.95, within(1e-9));
  }

  @Test
  void warnsOfATeacherThatGuesses() {
    for (int i = 0; i < 1_000; i++) {
      add(random.nextInt(CLASSES), 3);
    }

    assertThat(levels()).containsExactly(Level.WARN, Level.WARN);
    assertThat(appender.list.get(0).getFormattedMessage())
        .contains("teacher.features.scale", "classes.names", "output-name");
  }

  @Test
  void warnsOfClassesInAnotherOrder() {
    for (int i = 0; i < 100; i++) {
      int label = random.nextInt(CLASSES);
      add(label, (label + 1) % CLASSES);
    }

    assertThat(levels()).containsExactly(Level.WARN);
  }

  @Test
  void warnsAtOnceWhenItBecomesPoorAndSaysWhenItIsOver() {
    for (int i = 0; i < 1_000; i++) {
      int label = random.nextInt(CLASSES);
      add(label, label);
    }
    appender.list.clear();

    for (int i = 0; i < 1_000; i++) {
      int label = random.nextInt(CLASSES);
      add(label, (label + 1) % CLASSES);
    }
    assertThat(levels()).containsExactly(Level.WARN);
    for (int i = 0; i < 1_000; i++) {
      int label = random.nextInt(CLASSES);
      add(label, label);
    }

    assertThat(levels()).containsExactly(Level.WARN, Level.INFO);
  }

  @Test
  void doesNotWarnWhereNearlyAllLabelsAreTheSame() {
    for (int i = 0; i < 1_000; i++) { // a file sorted by label, and hits at the rare one
      int label = i % 100 == 99 ? 1 : 0;
      add(label, i % 30 == 0 ? 1 : label);
    }

    assertThat(levels()).containsExactly(Level.INFO, Level.INFO);
  }

  @Test
  void aTieIsNoOpinion() {
    accuracy.add(0, new double[CLASSES]);

    assertThat(accuracy.value()).isZero();
  }
}
