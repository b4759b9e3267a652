/** What a student needs of a machine: memory, kernels, products; and a CPU that has them all. */
@NullMarked
package io.streamdistill.engine.cuda.device;

import org.jspecify.annotations.NullMarked;
