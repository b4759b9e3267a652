package io.streamdistill.teacher.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Task;
import io.streamdistill.records.target.Float16;
import io.streamdistill.records.target.Softmax;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every teacher promises. */
public abstract class TeacherContract {

  /** Rows of a full batch. */
  public static final int BATCH = 64;

  private Teacher teacher;

  /** Opens a teacher for batches of {@link #BATCH}; the same one every time. */
  protected abstract Teacher open();

  /** Features, with the scaling that the teacher sees, and classes. */
  protected abstract Task task();

  /** The teacher of the test; closed after it. */
  protected final Teacher teacher() {
    return teacher;
  }

  @BeforeEach
  void openTeacher() {
    teacher = open();
  }

  @AfterEach
  void closeTeacher() {
    teacher.close();
  }

  /** Random features on the wire: any byte, or numbers in [0, 1). */
  protected final List<ByteBuffer> rows(int count) {
    Random random = new Random(11);
    FeatureContract features = task().features();
    List<ByteBuffer> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ByteBuffer row = ByteBuffer.allocate(features.bytes()).order(ByteOrder.LITTLE_ENDIAN);
      while (row.hasRemaining()) {
        switch (features.type()) {
          case U8 -> row.put((byte) random.nextInt());
          case F16 -> row.putShort(Float16.fromFloat(random.nextFloat()));
          case F32 -> row.putFloat(random.nextFloat());
        }
      }
      rows.add(row.flip());
    }
    return rows;
  }

  private FeatureBatch batchOf(List<ByteBuffer> rows) {
    FeatureBatch batch = new FeatureBatch(task().features(), BATCH);
    rows.forEach(batch::add);
    return batch;
  }

  /** (rows, classes); fails when a row has no answer. */
  public static double[][] score(Teacher teacher, FeatureBatch batch, double temperature) {
    double[][] out = new double[batch.rows()][teacher.facts().classes()];
    assertThat(teacher.score(batch, temperature, out)).isEmpty();
    return out;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 4, 20})
  void givesDistributionsThatBelongToTheSameLogits(double temperature) {
    double[][] plain = score(teacher, batchOf(rows(BATCH)), 1);

    double[][] scored = score(teacher, batchOf(rows(BATCH)), temperature);

    for (int row = 0; row < BATCH; row++) {
      double sum = 0;
      for (double logProbability : scored[row]) {
        sum += Math.exp(logProbability);
      }
      assertThat(sum).as("row %d", row).isCloseTo(1, within(1e-9));
      double[] softened = plain[row].clone(); // log-probabilities at T = 1 are logits
      Softmax.logSoftmax(softened, temperature);
      assertThat(scored[row]).as("row %d", row).containsExactly(softened, within(1e-5));
    }
  }

  @Test
  void givesARowTheSameBitsInEveryCompany() {
    List<ByteBuffer> rows = rows(BATCH);
    double[][] together = score(teacher, batchOf(rows), 20);
    for (int size : new int[] {1, 2, 3, 7, 33}) {
      List<ByteBuffer> last = new ArrayList<>(rows.subList(BATCH - size, BATCH));
      Collections.reverse(last);

      double[][] apart = score(teacher, batchOf(last), 20);

      for (int row = 0; row < size; row++) {
        assertThat(apart[row]).as("row %d of %d", row, size).isEqualTo(together[BATCH - 1 - row]);
      }
    }
  }

  @Test
  void usesABatchAgainAfterItWasCleared() {
    List<ByteBuffer> rows = rows(10);
    FeatureBatch batch = batchOf(rows);
    double[][] first = score(teacher, batch, 1);
    batch.clear();
    batch.add(rows.get(9));

    assertThat(score(teacher, batch, 1)[0]).isEqualTo(first[9]);
  }

  @Test
  void writesTheRowsOfTheBatchAndNoOthers() {
    double[][] out = new double[BATCH][task().classes().count()];

    assertThat(teacher.score(batchOf(rows(2)), 1, out)).isEmpty();

    assertThat(out[2]).containsOnly(0);
    assertThat(out[1]).isNotEqualTo(out[2]);
  }

  @Test
  void scoresForSeveralThreadsAtOnce() throws Exception {
    double[][] alone = score(teacher, batchOf(rows(BATCH)), 20);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      Callable<double[][]> task = () -> score(teacher, batchOf(rows(BATCH)), 20);
      for (Future<double[][]> result : threads.invokeAll(Collections.nCopies(40, task))) {
        assertThat(result.get()).isDeepEqualTo(alone);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void namesItsContentTheSameWayWhereverItIsOpened() {
    try (Teacher again = open()) {
      assertThat(again.facts().contentHash())
          .isEqualTo(teacher.facts().contentHash())
          .matches("[0-9a-f]{64}");
    }
  }

  @Test
  void saysWhatItTakesAndGives() {
    assertThat(teacher.facts().features()).isEqualTo(task().features().length());
    assertThat(teacher.facts().classes()).isEqualTo(task().classes().count());
    assertThat(teacher.facts().rowsPerCall()).isNotNegative();
    assertThat(teacher.facts().batchTime().isNegative()).isFalse();
  }

  /** It comes between two runs, or too late. */
  @Test
  void anInterruptionWithoutARunChangesNothing() {
    double[][] before = score(teacher, batchOf(rows(3)), 20);

    teacher.interrupt(Thread.currentThread());

    assertThat(score(teacher, batchOf(rows(3)), 20)).isDeepEqualTo(before);
    assertThat(Thread.interrupted()).isFalse();
  }
}
