/** Trained students as ONNX: the graph builder, the export of a network, and its parity check. */
@NullMarked
package io.streamdistill.student.onnx;

import org.jspecify.annotations.NullMarked;
