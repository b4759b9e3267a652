/** Makes the keys that checkpoints are signed with. */
@NullMarked
package io.streamdistill.cli.keygen;

import org.jspecify.annotations.NullMarked;
