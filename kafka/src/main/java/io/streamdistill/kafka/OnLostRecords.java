package io.streamdistill.kafka;

/** What a service does when the log no longer holds what is to be read next. */
public enum OnLostRecords {
  /** It ends, and names what is lost. */
  STOP,
  /** It says what is lost, counts it, and goes on at what there is. */
  CONTINUE
}
