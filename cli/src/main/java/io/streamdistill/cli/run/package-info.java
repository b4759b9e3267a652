/** Commands that run a part of the pipeline in the foreground, or prepare the cluster for it. */
@NullMarked
package io.streamdistill.cli.run;

import org.jspecify.annotations.NullMarked;
