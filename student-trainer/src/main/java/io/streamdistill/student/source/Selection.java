package io.streamdistill.student.source;

/** Which examples of the log a student trains on. */
public enum Selection {
  /** All of them. */
  ALL,
  /** Those that carry a hard label; the others are read and passed over. */
  LABELLED
}
