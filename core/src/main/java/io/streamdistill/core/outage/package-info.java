/** Waiting for what is away: how long, how often, and until when. */
@NullMarked
package io.streamdistill.core.outage;

import org.jspecify.annotations.NullMarked;
