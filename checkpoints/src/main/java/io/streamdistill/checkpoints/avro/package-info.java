/** Announcements and events as the schemas of this build have them, in Avro. */
@NullMarked
package io.streamdistill.checkpoints.avro;

import org.jspecify.annotations.NullMarked;
