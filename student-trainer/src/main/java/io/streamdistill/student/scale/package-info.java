/** What is measured on the first records of the log: how features and logits are scaled. */
@NullMarked
package io.streamdistill.student.scale;

import org.jspecify.annotations.NullMarked;
