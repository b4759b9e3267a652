/** The Kafka Streams topology: transfer set in; soft targets and dead letters out. */
@NullMarked
package io.streamdistill.teacher.topology;

import org.jspecify.annotations.NullMarked;
