package io.streamdistill.student.onnx;

/** Appends the nodes of one layer or preprocessor to a graph. */
interface Step {

  Value write(OnnxGraph graph, Parameters parameters, Value x);
}
