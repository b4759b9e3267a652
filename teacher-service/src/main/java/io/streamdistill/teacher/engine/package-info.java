/**
 * What a teacher is, how one is found by the keys of a member, and teachers made of others: {@link
 * io.streamdistill.teacher.engine.EnsembleTeacher}.
 */
@NullMarked
package io.streamdistill.teacher.engine;

import org.jspecify.annotations.NullMarked;
