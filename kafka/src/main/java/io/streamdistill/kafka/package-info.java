/** Kafka: client settings passed through from the configuration, and the product's topics. */
@NullMarked
package io.streamdistill.kafka;

import org.jspecify.annotations.NullMarked;
