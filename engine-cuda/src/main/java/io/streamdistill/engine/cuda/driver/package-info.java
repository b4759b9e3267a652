/** CUDA's driver and cuBLAS, as little of them as is needed. No other package calls them. */
@NullMarked
package io.streamdistill.engine.cuda.driver;

import org.jspecify.annotations.NullMarked;
