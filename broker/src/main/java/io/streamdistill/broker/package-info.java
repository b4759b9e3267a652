/** A real single-node Kafka, in this JVM or in a child JVM, for the quickstart and for tests. */
@NullMarked
package io.streamdistill.broker;

import org.jspecify.annotations.NullMarked;
