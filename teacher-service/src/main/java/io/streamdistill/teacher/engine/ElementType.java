package io.streamdistill.teacher.engine;

import io.streamdistill.records.target.Float16;
import java.nio.ByteBuffer;

/** Element types that features are turned into for an input of a teacher. */
public enum ElementType {
  FLOAT("float32", 4),
  DOUBLE("float64", 8),
  FLOAT16("float16", 2),
  BFLOAT16("bfloat16", 2),
  INT8("int8", 1),
  INT16("int16", 2),
  INT32("int32", 4),
  INT64("int64", 8),
  UINT8("uint8", 1),
  BOOL("bool", 1);

  private final String label;
  private final int bytes;

  ElementType(String label, int bytes) {
    this.label = label;
    this.bytes = bytes;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }

  /** The type as documents of ONNX and others name it. */
  public String label() {
    return label;
  }

  /** Whether it holds whole numbers: those are taken as they are on the wire, never scaled. */
  public boolean isInteger() {
    return switch (this) {
      case FLOAT, DOUBLE, FLOAT16, BFLOAT16 -> false;
      case INT8, INT16, INT32, INT64, UINT8, BOOL -> true;
    };
  }

  /**
   * Appends a number, rounded to the nearest of the type.
   *
   * @return whether the type reaches that far; if not, zero was appended
   */
  public boolean put(ByteBuffer out, double number) {
    double value = isInteger() ? Math.rint(number) : number;
    boolean fits = fits(value);
    double fitting = fits ? value : 0;
    switch (this) {
      case FLOAT -> out.putFloat((float) fitting);
      case DOUBLE -> out.putDouble(fitting);
      case FLOAT16 -> out.putShort(Float16.fromFloat((float) fitting));
      case BFLOAT16 -> out.putShort(bfloat16((float) fitting));
      case INT8, UINT8 -> out.put((byte) (int) fitting);
      case INT16 -> out.putShort((short) (int) fitting);
      case INT32 -> out.putInt((int) fitting);
      case INT64 -> out.putLong((long) fitting);
      case BOOL -> out.put((byte) (fitting == 0 ? 0 : 1));
    }
    return fits;
  }

  private boolean fits(double value) {
    return switch (this) {
      case FLOAT, DOUBLE, BFLOAT16, BOOL -> true;
      case FLOAT16 -> Math.abs(value) < 65520; // rounds to infinity from there
      case INT8 -> value >= Byte.MIN_VALUE && value <= Byte.MAX_VALUE;
      case UINT8 -> value >= 0 && value <= 255;
      case INT16 -> value >= Short.MIN_VALUE && value <= Short.MAX_VALUE;
      case INT32 -> value >= Integer.MIN_VALUE && value <= Integer.MAX_VALUE;
      case INT64 -> Math.abs(value) < 0x1p63;
    };
  }

  private static short bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16); // ties to even
  }
}
