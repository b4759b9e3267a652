/** {@code distill rebuild}. */
@NullMarked
package io.streamdistill.cli.rebuild;

import org.jspecify.annotations.NullMarked;
