/** JMH micro-benchmarks of the hot pieces. */
@NullMarked
package io.streamdistill.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
