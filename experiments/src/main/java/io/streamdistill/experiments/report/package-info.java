/** The report of all experiments, made from the files of their results. */
@NullMarked
package io.streamdistill.experiments.report;

import org.jspecify.annotations.NullMarked;
