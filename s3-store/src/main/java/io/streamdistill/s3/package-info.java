/** Checkpoints in S3, and in what speaks its protocol. */
@NullMarked
package io.streamdistill.s3;

import org.jspecify.annotations.NullMarked;
