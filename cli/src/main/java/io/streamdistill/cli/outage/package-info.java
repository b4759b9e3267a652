/** What commands do while Kafka or a store is away. */
@NullMarked
package io.streamdistill.cli.outage;

import org.jspecify.annotations.NullMarked;
