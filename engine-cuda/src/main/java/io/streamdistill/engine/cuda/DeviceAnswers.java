package io.streamdistill.engine.cuda;

import io.streamdistill.engine.cuda.device.Arena;
import io.streamdistill.engine.export.Answers;
import io.streamdistill.engine.export.ModelFeatures;
import java.util.Arrays;

/**
 * What a student itself says to features, by the forward pass of its steps.
 *
 * @param memory whose input and activations are overwritten
 */
record DeviceAnswers(Arena arena, StepMemory memory, DeviceStep step, DenseShape shape) {

  /**
   * Asks it.
   *
   * @param batch most rows at a time
   */
  Answers of(ModelFeatures asked, int batch) {
    float[] values = asked.values(); // (records, features)
    float[] logits = new float[Math.multiplyExact(asked.records(), shape.classes())];
    for (int from = 0; from < asked.records(); from += batch) {
      int rows = Math.min(batch, asked.records() - from);
      int features = shape.features();
      arena.write(
          memory.input, Arrays.copyOfRange(values, from * features, (from + rows) * features));
      step.forward(rows);
      float[] part = arena.readFloats(memory.logits(), rows * shape.classes());
      System.arraycopy(part, 0, logits, from * shape.classes(), part.length);
    }
    return new Answers(asked, logits);
  }
}
