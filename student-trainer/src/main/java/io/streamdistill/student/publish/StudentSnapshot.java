package io.streamdistill.student.publish;

import io.streamdistill.student.onnx.OnnxParity;

/**
 * The numbers of a student at one moment, which no further step changes.
 *
 * @param parameters flat, in DL4J's order, (parameters)
 * @param optimizerState flat, in DL4J's order, (floats); empty when the optimizer has none
 * @param optimizerSteps training steps that the optimizer has taken
 * @param expected what the network said at that moment
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StudentSnapshot(
    float[] parameters,
    float[] optimizerState,
    int optimizerSteps,
    OnnxParity.Reference expected) {}
