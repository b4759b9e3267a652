package io.streamdistill.config;

import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.util.Objects;
import java.util.OptionalDouble;

/** A number, or {@code auto}: found out by the program. Immutable. */
public final class AutoNumber {

  /** Found out by the program. */
  public static final AutoNumber AUTO = new AutoNumber(OptionalDouble.empty());

  private static final String WORD = "auto";

  private final OptionalDouble value;

  private AutoNumber(OptionalDouble value) {
    this.value = value;
  }

  /** A given number, finite. */
  public static AutoNumber of(double number) {
    if (!Double.isFinite(number)) {
      throw new IllegalArgumentException("not finite: " + number);
    }
    return new AutoNumber(OptionalDouble.of(number));
  }

  /**
   * Reads {@code auto} or a number.
   *
   * @throws IllegalArgumentException when it is neither
   */
  public static AutoNumber parse(String text) {
    return text.equals(WORD) ? AUTO : of(new BigDecimal(text).doubleValue());
  }

  /** Whether the program finds it out. */
  public boolean isAuto() {
    return value.isEmpty();
  }

  /** The number, or {@code found} when it is {@code auto}. */
  public double orElse(double found) {
    return value.orElse(found);
  }

  /** As JSON has it: a number, or the word. */
  @JsonValue
  Object json() {
    return value.isPresent() ? (Object) value.getAsDouble() : WORD;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AutoNumber number && number.value.equals(value);
  }

  @Override
  public int hashCode() {
    return Objects.hash(value);
  }

  @Override
  public String toString() {
    return json().toString();
  }
}
