/** Feeds the transfer-set topic: rows of a file become examples, and every send is acknowledged. */
@NullMarked
package io.streamdistill.cli.produce;

import org.jspecify.annotations.NullMarked;
