package io.streamdistill.teacher.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;

/** The engine, of which a process has one. */
public final class OnnxRuntime {

  private OnnxRuntime() {}

  /**
   * The environment that sessions live in. Whatever asks for it first decides what it logs:
   * nothing, since its own lines go to standard error in a format and in colours that are not ours,
   * and errors come as exceptions.
   */
  public static OrtEnvironment environment() {
    return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "streamdistill");
  }
}
