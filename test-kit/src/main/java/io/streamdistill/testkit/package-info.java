/** Fixtures of tests that need a broker. */
@NullMarked
package io.streamdistill.testkit;

import org.jspecify.annotations.NullMarked;
