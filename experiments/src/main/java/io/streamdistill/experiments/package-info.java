/** The laboratory: it stands on the product, which does not know it. */
@NullMarked
package io.streamdistill.experiments;

import org.jspecify.annotations.NullMarked;
