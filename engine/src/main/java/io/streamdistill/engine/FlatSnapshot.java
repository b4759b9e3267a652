package io.streamdistill.engine;

import io.streamdistill.engine.export.Answers;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of an engine that keeps all parameters in one array.
 *
 * @param names finds the weights in the parameters
 * @param parameters in the engine's order, (parameters); nobody writes to it any more
 * @param optimizerState in the layout of checkpoints; empty when there is none
 * @param optimizerSteps that the optimizer has taken
 * @param answers what the student said to the features that it was asked
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FlatSnapshot(
    Function<float[], SortedMap<String, Weight>> names,
    float[] parameters,
    float[] optimizerState,
    int optimizerSteps,
    Answers answers)
    implements StudentSnapshot {

  @Override
  public SortedMap<String, Weight> weights() {
    return names.apply(parameters);
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
