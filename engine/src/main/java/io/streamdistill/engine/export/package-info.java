/** Students as ONNX: what a model promises, its two ends, and whether it says what they say. */
@NullMarked
package io.streamdistill.engine.export;

import org.jspecify.annotations.NullMarked;
