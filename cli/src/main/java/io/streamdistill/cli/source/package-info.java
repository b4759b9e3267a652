/** Reads files of examples as they come: IDX, CSV and JSON lines become rows, fit or not. */
@NullMarked
package io.streamdistill.cli.source;

import org.jspecify.annotations.NullMarked;
