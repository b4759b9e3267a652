package io.streamdistill.teacher.topology;

import org.jspecify.annotations.Nullable;

/**
 * A value on its way to a topic.
 *
 * @param partition partition of the transfer set that its record came from
 * @param value bytes, null for a record without a value
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Outgoing(int partition, byte @Nullable [] value) {}
