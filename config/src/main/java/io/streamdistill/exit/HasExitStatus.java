package io.streamdistill.exit;

/** A failure that ends a process with a status of its own. */
public interface HasExitStatus {

  /** Returns it. */
  ExitStatus exitStatus();
}
