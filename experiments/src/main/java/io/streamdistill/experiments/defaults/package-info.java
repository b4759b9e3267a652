/** Whether the product's defaults train: tasks of many kinds against nets trained offline. */
@NullMarked
package io.streamdistill.experiments.defaults;

import org.jspecify.annotations.NullMarked;
