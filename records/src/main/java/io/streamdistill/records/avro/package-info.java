/** Our own record format, in Avro: the one place that knows the classes generated from it. */
@NullMarked
package io.streamdistill.records.avro;

import org.jspecify.annotations.NullMarked;
