/** Teachers that fail as they are told to, for tests of whoever asks them. */
@NullMarked
package io.streamdistill.teacher.scripted;

import org.jspecify.annotations.NullMarked;
