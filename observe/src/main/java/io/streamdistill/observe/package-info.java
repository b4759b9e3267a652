/** What a running service shows: meters, health checks, and the HTTP server that serves both. */
@NullMarked
package io.streamdistill.observe;

import org.jspecify.annotations.NullMarked;
