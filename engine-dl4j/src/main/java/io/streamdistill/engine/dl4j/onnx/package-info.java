/** Networks of DL4J as ONNX, layer by layer. */
@NullMarked
package io.streamdistill.engine.dl4j.onnx;

import org.jspecify.annotations.NullMarked;
