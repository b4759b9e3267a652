package io.streamdistill.cli.source;

import io.streamdistill.cli.source.Row.Fault;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.target.Float16;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Encodes numbers as the elements that the feature contract wants on the wire. */
final class FeatureEncoder {

  private final FeatureContract contract;

  FeatureEncoder(FeatureContract contract) {
    this.contract = contract;
  }

  int length() {
    return contract.length();
  }

  /** Returns an empty buffer for one example. */
  ByteBuffer allocate() {
    return ByteBuffer.allocate(contract.bytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Appends one element.
   *
   * @param what names the element, for the complaint
   * @throws UnfitRow when the contract's element type cannot hold {@code value}
   */
  void put(ByteBuffer features, String what, double value) throws UnfitRow {
    switch (contract.type()) {
      case U8 -> {
        if (!(value >= 0 && value <= 255 && value == Math.rint(value))) {
          throw unfit(what, value, "an integer in [0, 255], as features.type u8 needs");
        }
        features.put((byte) (int) value);
      }
      case F16 -> {
        short half = Float16.fromFloat((float) value);
        if (!Float.isFinite(Float16.toFloat(half))) {
          throw unfit(what, value, "finite as features.type f16, which ends at 65504");
        }
        features.putShort(half);
      }
      case F32 -> {
        if (!Float.isFinite((float) value)) {
          throw unfit(what, value, "finite as features.type f32");
        }
        features.putFloat((float) value);
      }
    }
  }

  private static UnfitRow unfit(String what, double value, String expected) {
    String shown = value == Math.rint(value) && Math.abs(value) < 1e15 ? "%.0f" : "%s";
    return new UnfitRow(
        Fault.BAD_FEATURE, "%s is %s, not %s".formatted(what, shown.formatted(value), expected));
  }
}
