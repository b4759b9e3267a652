/**
 * What a run found: ratios with their targets, raw figures, the machine; as a table and as JSON.
 */
@NullMarked
package io.streamdistill.benchmarks.report;

import org.jspecify.annotations.NullMarked;
