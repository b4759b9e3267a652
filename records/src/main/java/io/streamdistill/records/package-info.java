/**
 * The transfer set: what a feature vector and a class are, and which records are fit to be scored.
 */
@NullMarked
package io.streamdistill.records;

import org.jspecify.annotations.NullMarked;
