package io.streamdistill.engine.dl4j.onnx;

import io.streamdistill.onnx.graph.OnnxGraph;

/** Appends the nodes of one layer or preprocessor to a graph. */
interface LayerStep {

  Value write(OnnxGraph graph, Parameters parameters, Value x);
}
