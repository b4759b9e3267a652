package io.streamdistill.teacher.onnx;

/** What the numbers are that a model gives per class. */
public enum OutputKind {
  /** Found out at start-up from what comes out for random features, and checked on real ones. */
  AUTO,
  /** Unnormalised: the input of a softmax. Log-probabilities are logits too. */
  LOGITS,
  /** Normalised at T = 1, as of a black-box teacher. */
  PROBABILITIES
}
