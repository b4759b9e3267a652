package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.CheckpointVersion;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the next checkpoint of a student follows, and what it is called. */
public final class Descent {

  private final String student;
  private final InstantSource clock;
  private final RandomGenerator random;
  private @Nullable String newest;
  private @Nullable String parent;
  private Lineage lineage;

  /**
   * Begins where training begins.
   *
   * @param newest version of the newest checkpoint of the student, which the next is to follow;
   *     null when there is none
   * @param resumedFrom version that training goes on from, which is an older one when the newest
   *     was of no use; null when it begins
   * @param lineage of what training goes on from
   * @param random source of version suffixes; must not be seeded alike in two trainers
   */
  public Descent(
      String student,
      @Nullable String newest,
      @Nullable String resumedFrom,
      Lineage lineage,
      InstantSource clock,
      RandomGenerator random) {
    this.student = student;
    this.newest = newest;
    this.parent = resumedFrom;
    this.lineage = lineage;
    this.clock = clock;
    this.random = random;
  }

  String student() {
    return student;
  }

  /** Version of the checkpoint that the weights come from; null when there is none. */
  @Nullable String parent() {
    return parent;
  }

  /** What the next checkpoint is called. */
  CheckpointId next(long step) {
    return new CheckpointId(student, CheckpointVersion.next(newest, step, clock.instant(), random));
  }

  /** The lineage of a checkpoint of {@code publication}. */
  Lineage with(Publication publication) {
    return lineage.with(
        new Lineage.Segment(
            parent,
            publication.orderStep(),
            publication.learning().rateFactor(),
            publication.order()));
  }

  /** A checkpoint was published; the next one follows it. */
  void goOn(CheckpointId published, Lineage itsLineage) {
    newest = published.version();
    parent = published.version();
    lineage = itsLineage;
  }
}
