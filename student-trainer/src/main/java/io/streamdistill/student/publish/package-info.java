/**
 * Checkpoints as the trainer makes them: written, proven against ONNX Runtime, stored, announced.
 */
@NullMarked
package io.streamdistill.student.publish;

import org.jspecify.annotations.NullMarked;
