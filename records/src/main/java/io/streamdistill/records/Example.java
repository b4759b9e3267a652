package io.streamdistill.records;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One case of the transfer set: the input that the teacher labels.
 *
 * @param id names it; unique in the transfer set. Which examples are held out depends on it
 * @param features flattened row-major, (length) elements of {@code type}; whoever reads them leaves
 *     its position alone
 * @param label hard label, a class index; null when it is not known
 * @param weight in the student's loss, no unit
 * @param eventTime when it came into being
 */
public record Example(
    String id,
    ByteBuffer features,
    FeatureType type,
    @Nullable Integer label,
    float weight,
    Instant eventTime) {}
