/**
 * The soft-target log as the student reads it: merged in a fixed order, pass after pass, batch by
 * batch.
 */
@NullMarked
package io.streamdistill.student.source;

import org.jspecify.annotations.NullMarked;
