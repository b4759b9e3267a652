package io.streamdistill.student.source;

import java.util.Locale;

/** What a trainer is doing with its log. */
public enum LogState {
  /** It takes what it has not taken yet, or waits for it. */
  FOLLOWING,
  /** Nothing is new: it goes over earlier records again. */
  REVISITING,
  /** Nothing is new, and every record was visited as often as it may be. */
  RESTING;

  /** The tag of metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
