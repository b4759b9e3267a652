/** ONNX models as they are written: a graph builder, and the quantization of what it built. */
@NullMarked
package io.streamdistill.onnx.graph;

import org.jspecify.annotations.NullMarked;
