/**
 * What a trainer asks of an engine: students that it builds, trains and gives back as numbers. How
 * and in which memory they are trained is the engine's own business.
 */
@NullMarked
package io.streamdistill.engine;

import org.jspecify.annotations.NullMarked;
