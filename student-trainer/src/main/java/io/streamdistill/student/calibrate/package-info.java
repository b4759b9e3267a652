/** Corrections of a trained student that need no labels. */
@NullMarked
package io.streamdistill.student.calibrate;

import org.jspecify.annotations.NullMarked;
