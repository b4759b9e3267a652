package io.streamdistill.student.scale;

import java.util.function.DoubleUnaryOperator;

/**
 * How the objective depends on the spread of the teacher's logits.
 *
 * @param temperature T of the soft term; NaN is the spread
 * @param sharpWeight weight of the soft term at h
 * @param hardTemperature h, by the spread
 * @param logitScale unit of the output layer, by the spread
 */
public record ObjectiveChoice(
    double temperature,
    double sharpWeight,
    DoubleUnaryOperator hardTemperature,
    DoubleUnaryOperator logitScale) {}
