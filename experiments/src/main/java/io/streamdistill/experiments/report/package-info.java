/** The results of experiments as a page with plots, and as a picture. */
@NullMarked
package io.streamdistill.experiments.report;

import org.jspecify.annotations.NullMarked;
