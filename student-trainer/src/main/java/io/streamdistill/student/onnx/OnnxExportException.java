package io.streamdistill.student.onnx;

/** A network cannot be written as ONNX, or what was written does not compute what it does. */
public final class OnnxExportException extends RuntimeException {

  private static final long serialVersionUID = 1;

  OnnxExportException(String message) {
    super(message);
  }

  OnnxExportException(String message, Throwable cause) {
    super(message, cause);
  }
}
