package io.streamdistill.student.calibrate;

import java.nio.ByteBuffer;

/**
 * Examples on which biases are corrected.
 *
 * @param features direct, little-endian, as on the wire: (count, length)
 * @param count how many there are
 * @param teacherMean (classes) mean prediction of their teacher at T = 1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Probe(ByteBuffer features, int count, double[] teacherMean) {}
