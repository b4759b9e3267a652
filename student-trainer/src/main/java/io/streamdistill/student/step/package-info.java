/** Networks, and the steps that train them: a batch in, a loss out, the weights moved. */
@NullMarked
package io.streamdistill.student.step;

import org.jspecify.annotations.NullMarked;
