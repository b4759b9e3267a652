package io.streamdistill.teacher.engine;

import java.time.Duration;

/**
 * What a teacher says about itself.
 *
 * @param features numbers that it takes per example, >= 1
 * @param classes numbers that it gives per example, >= 2
 * @param contentHash SHA-256, in hexadecimal, of everything that determines the outputs at a given
 *     temperature: model contents, weights and their combination, but no path, no file name and no
 *     address. {@link TeacherVersion#hash} makes one of several parts
 * @param rowsPerCall rows that it scores at once: it cuts batches to that size itself; 0 for any
 *     number
 * @param batchTime how long a full batch took when the teacher was opened
 */
public record TeacherFacts(
    int features, int classes, String contentHash, int rowsPerCall, Duration batchTime) {}
