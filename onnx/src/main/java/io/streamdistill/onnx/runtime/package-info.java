/** ONNX Runtime: the only place that starts it, and that opens models in it. */
@NullMarked
package io.streamdistill.onnx.runtime;

import org.jspecify.annotations.NullMarked;
