package io.streamdistill.engine.cuda;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainableStudentContract;
import io.streamdistill.engine.TrainingSetup;
import org.junit.jupiter.api.BeforeAll;

/** The contract on a GPU, with cuBLAS. */
final class CardStudentTest extends TrainableStudentContract {

  @BeforeAll
  static void requireCard() {
    Cards.require();
  }

  @Override
  protected int features() {
    return 20;
  }

  @Override
  protected TrainableStudent newStudent(OptimizerConfig optimizer, TrainingSetup setup, long seed) {
    return Cards.student(Cards.DEFAULT, optimizer, setup, seed);
  }
}
