package io.streamdistill.system;

import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.testkit.TestRecords;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Ways to spoil an example, each with the reason that the pipeline must give. */
enum Flaw {
  NO_VALUE(Reason.EMPTY),
  OVERSIZED(Reason.TOO_LARGE),
  NOISE(Reason.BAD_FRAMING),
  CUT_IN_FRAMING(Reason.BAD_FRAMING),
  UNKNOWN_FINGERPRINT(Reason.UNKNOWN_SCHEMA),
  CUT_IN_BODY(Reason.UNDECODABLE),
  BYTES_LEFT_OVER(Reason.UNDECODABLE),
  BLANK_ID(Reason.BLANK_ID),
  OTHER_TYPE(Reason.WRONG_FEATURE_TYPE),
  FEATURE_MISSING(Reason.WRONG_FEATURE_LENGTH),
  NOT_A_NUMBER(Reason.NON_FINITE_FEATURES),
  INFINITE(Reason.NON_FINITE_FEATURES),
  LABEL_OUTSIDE(Reason.LABEL_OUT_OF_RANGE),
  NEGATIVE_WEIGHT(Reason.BAD_WEIGHT);

  private static final AvroRecords CODEC = new AvroRecords();
  private static final int HEADER = 10; // bytes of framing

  private final Reason reason;

  Flaw(Reason reason) {
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }

  /** Returns the framed example, spoilt. */
  byte @Nullable [] spoil(Example example, Random random) {
    byte[] framed = CODEC.encode(example);
    Example spoilt = example;
    switch (this) {
      case NO_VALUE -> {
        return null;
      }
      case NOISE -> {
        random.nextBytes(framed);
        framed[0] = 0; // framing starts with C3
        return framed;
      }
      case CUT_IN_FRAMING -> {
        return Arrays.copyOf(framed, 1 + random.nextInt(HEADER - 1));
      }
      case UNKNOWN_FINGERPRINT -> {
        framed[2 + random.nextInt(Long.BYTES)] ^= 1;
        return framed;
      }
      case CUT_IN_BODY -> {
        return Arrays.copyOf(framed, HEADER + random.nextInt(framed.length - HEADER));
      }
      case BYTES_LEFT_OVER -> {
        return Arrays.copyOf(framed, framed.length + 1 + random.nextInt(9));
      }
      case OVERSIZED ->
          spoilt = TestRecords.withId(example, "x".repeat(TransferSet.MAX_RECORD_BYTES));
      case BLANK_ID -> spoilt = TestRecords.withId(example, " ");
      case OTHER_TYPE -> spoilt = TestRecords.withType(example, FeatureType.U8);
      case FEATURE_MISSING ->
          spoilt = TestRecords.withFeatures(example, shortened(example.features()));
      case NOT_A_NUMBER -> spoilt = with(example, random, Float.NaN);
      case INFINITE -> spoilt = with(example, random, Float.NEGATIVE_INFINITY);
      case LABEL_OUTSIDE ->
          spoilt = TestRecords.withLabel(example, random.nextBoolean() ? -1 : TransferSet.CLASSES);
      case NEGATIVE_WEIGHT -> spoilt = TestRecords.withWeight(example, -1e-9f);
    }
    return CODEC.encode(spoilt);
  }

  private static ByteBuffer shortened(ByteBuffer features) {
    return features.slice(0, features.remaining() - Float.BYTES);
  }

  private static Example with(Example example, Random random, float value) {
    ByteBuffer features =
        ByteBuffer.allocate(example.features().remaining()).order(ByteOrder.LITTLE_ENDIAN);
    features.put(example.features().duplicate()).flip();
    features.putFloat(Float.BYTES * random.nextInt(TransferSet.FEATURES), value);
    return TestRecords.withFeatures(example, features);
  }
}
