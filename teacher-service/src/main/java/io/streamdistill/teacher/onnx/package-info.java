/** Teachers that are ONNX models: what they take, what they give, and how they are run. */
@NullMarked
package io.streamdistill.teacher.onnx;

import org.jspecify.annotations.NullMarked;
