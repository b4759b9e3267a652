package io.streamdistill.records;

import java.time.Instant;

/**
 * A soft target: an example as the teacher saw it, and what the teacher says to it.
 *
 * @param scoredTime when the teacher scored it
 */
public record Target(Example example, Answer answer, Instant scoredTime) {}
