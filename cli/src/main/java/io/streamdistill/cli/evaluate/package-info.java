/** Measures ONNX classifiers on labelled images: errors, size and speed. */
@NullMarked
package io.streamdistill.cli.evaluate;

import org.jspecify.annotations.NullMarked;
