/** Teachers: models that turn batches of features into log-probabilities, and ensembles of them. */
@NullMarked
package io.streamdistill.teacher.engine;

import org.jspecify.annotations.NullMarked;
