/**
 * Configuration: one YAML file, environment and flags, bound to records that validate themselves.
 */
@NullMarked
package io.streamdistill.config;

import org.jspecify.annotations.NullMarked;
