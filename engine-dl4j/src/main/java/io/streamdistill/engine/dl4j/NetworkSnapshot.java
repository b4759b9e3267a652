package io.streamdistill.engine.dl4j;

import io.streamdistill.engine.StudentSnapshot;
import io.streamdistill.engine.Weight;
import io.streamdistill.engine.export.Answers;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a network at one moment.
 *
 * @param table says where which weight is
 * @param parameters flat, in DL4J's order, (parameters)
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record NetworkSnapshot(
    WeightTable table,
    float[] parameters,
    float[] optimizerState,
    int optimizerSteps,
    Answers answers)
    implements StudentSnapshot {

  @Override
  public SortedMap<String, Weight> weights() {
    return table.read(parameters);
  }

  @Override
  public @Nullable String notFinite() {
    if (!isFinite(parameters)) {
      return "parameters";
    }
    return isFinite(optimizerState) ? null : "optimizer states";
  }

  private static boolean isFinite(float[] values) {
    float check = 0; // becomes NaN with the first value that is not finite
    for (float value : values) {
      check += value * 0;
    }
    return check == 0;
  }
}
