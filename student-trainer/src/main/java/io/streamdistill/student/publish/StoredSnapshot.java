package io.streamdistill.student.publish;

import io.streamdistill.engine.StudentSnapshot;
import io.streamdistill.engine.Weight;
import io.streamdistill.engine.export.Answers;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The numbers of a checkpoint, with what a student of them says. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StoredSnapshot(
    SortedMap<String, Weight> weights, float[] optimizerState, int optimizerSteps, Answers answers)
    implements StudentSnapshot {

  static StoredSnapshot of(TrainerState state, Answers answers) {
    return new StoredSnapshot(
        state.numbers(), state.optimizer().floats(), state.optimizerSteps(), answers);
  }

  /** Its answers tell. */
  @Override
  public @Nullable String notFinite() {
    return null;
  }
}
