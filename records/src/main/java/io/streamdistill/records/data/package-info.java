/** Labelled data sets on disk that are fed into the transfer set. */
@NullMarked
package io.streamdistill.records.data;

import org.jspecify.annotations.NullMarked;
