package io.streamdistill.engine.cuda;

import io.streamdistill.engine.StudentSnapshot;
import io.streamdistill.engine.Weight;
import io.streamdistill.engine.export.Answers;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a student at one moment, on the host.
 *
 * @param parameters flat, as {@link DenseShape} has them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record DeviceSnapshot(
    NamedWeights named,
    float[] parameters,
    float[] optimizerState,
    int optimizerSteps,
    Answers answers)
    implements StudentSnapshot {

  @Override
  public SortedMap<String, Weight> weights() {
    return named.read(parameters);
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
