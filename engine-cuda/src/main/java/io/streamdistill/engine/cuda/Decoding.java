package io.streamdistill.engine.cuda;

import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.cuda.device.Arena;
import io.streamdistill.engine.cuda.device.Kernel;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Standardisation;
import org.jspecify.annotations.Nullable;

/**
 * Rows as they came -> what the network sees, on the device; the arithmetic of {@code Features}.
 */
final class Decoding {

  private final FeatureContract contract;
  private final long table; // (256), of bytes
  private final long mean; // (features), or 0
  private final long deviation; // (features), or 0
  private final double limit;

  Decoding(Arena arena, TrainingSetup setup) {
    contract = setup.features();
    @Nullable Standardisation standard = setup.standardisation();
    table = contract.type() == FeatureType.U8 ? arena.copyOf(table(contract)).address() : 0;
    mean = standard == null ? 0 : arena.copyOf(standard.means()).address();
    deviation = standard == null ? 0 : arena.copyOf(standard.deviations()).address();
    limit = standard == null ? 0 : standard.limit();
  }

  private static float[] table(FeatureContract contract) {
    float[] table = new float[256];
    for (int value = 0; value < table.length; value++) {
      table[value] = value * contract.scale() + contract.offset();
    }
    return table;
  }

  /**
   * Queues it.
   *
   * @param into (features, rows)
   */
  void decode(DeviceRows rows, int count, long into) {
    int length = contract.length();
    long elements = (long) length * count;
    long most = Double.doubleToRawLongBits(limit);
    if (contract.type() == FeatureType.U8) {
      rows.device()
          .launch(
              Kernel.DECODE_BYTES,
              elements,
              rows.features(),
              table,
              into,
              length,
              mean,
              deviation,
              most);
    } else {
      rows.device()
          .launch(
              Kernel.DECODE_FLOATS,
              elements,
              rows.features(),
              into,
              length,
              Double.doubleToRawLongBits(contract.scale()),
              Double.doubleToRawLongBits(contract.offset()),
              mean,
              deviation,
              most);
    }
  }
}
