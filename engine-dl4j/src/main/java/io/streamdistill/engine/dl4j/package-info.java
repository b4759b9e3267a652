/**
 * Students on DL4J and ND4J: a lean step for dense nets on a CPU, and DL4J's own path for
 * everything else that DL4J describes.
 */
@NullMarked
package io.streamdistill.engine.dl4j;

import org.jspecify.annotations.NullMarked;
