package io.streamdistill.onnx.graph;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads one message of protobuf's wire format. What it says of its own lengths is not believed. */
final class ProtoReader {

  private final ByteBuffer in;

  /** Of all bytes of a message, which are not copied. */
  ProtoReader(ByteBuffer message) {
    in = message.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Gets the fields of a message in their order. */
  interface Visitor {

    /**
     * A field.
     *
     * @param value {@code Long}, {@code Float}, {@link Proto.Fixed64}, or a {@code ByteBuffer} over
     *     the bytes of a text or a message, which are not copied
     */
    void field(int field, Object value);
  }

  /**
   * Reads it.
   *
   * @throws OnnxExportException if it is none
   */
  Proto read() {
    Proto message = new Proto();
    each(message::raw);
    return message;
  }

  /**
   * Shows it field by field.
   *
   * @throws OnnxExportException if it is no message
   */
  void each(Visitor visitor) {
    try {
      while (in.hasRemaining()) {
        long tag = varint(in);
        int field = (int) (tag >>> 3);
        if (field <= 0 || tag >>> 3 != field) {
          throw damaged("field " + (tag >>> 3));
        }
        visitor.field(field, value((int) (tag & 7)));
      }
    } catch (BufferUnderflowException e) {
      throw new OnnxExportException("the model is cut short", e);
    }
  }

  private Object value(int wireType) {
    return switch (wireType) {
      case Proto.VARINT -> varint(in);
      case Proto.FIXED64 -> new Proto.Fixed64(in.getLong());
      case Proto.FIXED32 -> in.getFloat();
      case Proto.BYTES -> slice(varint(in));
      default -> throw damaged("wire type " + wireType);
    };
  }

  private ByteBuffer slice(long length) {
    if (length < 0 || length > in.remaining()) {
      throw damaged("a length of " + Long.toUnsignedString(length));
    }
    ByteBuffer slice = in.slice(in.position(), (int) length);
    in.position(in.position() + (int) length);
    return slice;
  }

  /** An integer at the position of {@code in}, which advances. */
  static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw damaged("an integer of more than 64 bits");
  }

  static OnnxExportException damaged(String what) {
    return new OnnxExportException("the model is damaged: " + what);
  }
}
