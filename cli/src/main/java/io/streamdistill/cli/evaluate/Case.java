package io.streamdistill.cli.evaluate;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One example that classifiers are measured on.
 *
 * @param features (length) elements on the wire
 * @param label class index, or null when unknown
 * @param teacher (classes) log-probabilities of its soft target at T = 1; null when it has none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Case(ByteBuffer features, @Nullable Integer label, double @Nullable [] teacher) {}
