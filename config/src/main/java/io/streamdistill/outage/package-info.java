/** Waiting for what is away: how long, how often, and until when. */
@NullMarked
package io.streamdistill.outage;

import org.jspecify.annotations.NullMarked;
