package io.streamdistill.onnx.graph;

/** A network cannot be written as ONNX, or what was written does not compute what it does. */
public final class OnnxExportException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public OnnxExportException(String message) {
    super(message);
  }

  public OnnxExportException(String message, Throwable cause) {
    super(message, cause);
  }
}
