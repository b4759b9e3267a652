package io.streamdistill.onnx;

import java.io.IOException;

/** Content that no model of a student has. */
final class UnexpectedContent extends IOException {

  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} goes on from "the model". */
  UnexpectedContent(String message) {
    super(message);
  }
}
