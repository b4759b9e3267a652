/** How large batches and learning rates are, as training goes on. */
@NullMarked
package io.streamdistill.student.schedule;

import org.jspecify.annotations.NullMarked;
