package io.streamdistill.onnx.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** The engine, of which a process has one, and what models in it are given. */
public final class OnnxRuntime {

  private OnnxRuntime() {}

  /**
   * The environment that sessions live in. Whatever asks for it first decides what it logs:
   * nothing, since its own lines go to standard error in a format and in colours that are not ours,
   * and errors come as exceptions.
   */
  static OrtEnvironment environment() {
    return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "streamdistill");
  }

  /**
   * Loads its library now, which the first session would do else.
   *
   * @throws LinkageError when that fails
   */
  public static void load() {
    Object unused = environment();
  }

  /** Its version, such as {@code 1.29.0}. */
  public static String version() {
    return environment().getVersion();
  }

  /**
   * A tensor over the bytes of a direct buffer, which are not copied; the caller closes it.
   *
   * @param elements of {@code type}, row-major, little-endian
   */
  public static OnnxTensor tensor(ByteBuffer elements, long[] shape, OnnxJavaType type)
      throws OrtException {
    return OnnxTensor.createTensor(environment(), elements, shape, type);
  }

  /** A tensor over the floats of a direct buffer, which are not copied; the caller closes it. */
  public static OnnxTensor tensor(FloatBuffer elements, long[] shape) throws OrtException {
    return OnnxTensor.createTensor(environment(), elements, shape);
  }
}
