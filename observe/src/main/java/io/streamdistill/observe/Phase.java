package io.streamdistill.observe;

import java.util.EnumSet;
import java.util.Set;

/**
 * Where a service is in its life.
 *
 * <pre>
 * STARTING ──► RUNNING ──► CLOSING ──► CLOSED
 *    │  │         │           ▲
 *    │  └──► FAILED ──────────┤
 *    └────────────────────────┘
 * </pre>
 */
public enum Phase {
  /** It looks for what it needs. */
  STARTING,
  /** It does its work. */
  RUNNING,
  /** Something has ended its work; it is to be closed. */
  FAILED,
  /** It finishes what is under way. */
  CLOSING,
  /** It is no more. */
  CLOSED;

  /** The phases that may follow. */
  Set<Phase> next() {
    return switch (this) {
      case STARTING -> EnumSet.of(RUNNING, FAILED, CLOSING);
      case RUNNING -> EnumSet.of(FAILED, CLOSING);
      case FAILED -> EnumSet.of(CLOSING);
      case CLOSING -> EnumSet.of(CLOSED);
      case CLOSED -> EnumSet.noneOf(Phase.class);
    };
  }
}
