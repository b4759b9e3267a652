/** What is in an ONNX file, before anything runs it. */
@NullMarked
package io.streamdistill.onnx;

import org.jspecify.annotations.NullMarked;
