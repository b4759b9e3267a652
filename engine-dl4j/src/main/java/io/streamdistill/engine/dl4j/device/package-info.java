/** Whether training can run on a GPU, found out before ND4J picks one and fails. */
@NullMarked
package io.streamdistill.engine.dl4j.device;

import org.jspecify.annotations.NullMarked;
