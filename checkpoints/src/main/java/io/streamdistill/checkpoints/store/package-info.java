/** Where the files of checkpoints lie: directories, Kafka, S3. */
@NullMarked
package io.streamdistill.checkpoints.store;

import org.jspecify.annotations.NullMarked;
