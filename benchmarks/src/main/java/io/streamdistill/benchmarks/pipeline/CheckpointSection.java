package io.streamdistill.benchmarks.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.benchmarks.measure.Sample;
import io.streamdistill.benchmarks.report.Report;
import io.streamdistill.benchmarks.section.Run;
import io.streamdistill.benchmarks.section.Section;
import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How long training stands still for a checkpoint of the paper's student, how long publishing
 * takes, and when a reader that waits for it has it.
 *
 * <p>A trainer in a process of its own goes round and round a log that is there already, and
 * publishes every 4 s, for the sake of many checkpoints in little time; its own metrics tell how
 * long it stood still for each. The ratio is that time over 10 s: the share that is lost at one
 * checkpoint every 10 s. The first checkpoints, while the JIT compiler works, do not count.
 */
public final class CheckpointSection implements Section {

  private static final String STUDENT = "student";
  private static final String STALL = "distill_student_checkpoint_stall_seconds";
  private static final String PUBLISH = "distill_student_checkpoint_duration_seconds";
  private static final double EVERY_SECONDS = 10;
  private static final int WARM_UP = 3;
  private static final int RECORDS = 60_000;
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @Override
  public String name() {
    return "checkpoint";
  }

  @Override
  public void run(Run run) throws Exception {
    Mnist mnist = Mnist.read(run.home());
    try (BenchCluster cluster = BenchCluster.start(run, name(), Yaml.mnist(run))) {
      run.say("checkpoints: preparing soft targets");
      cluster.produce(mnist, RECORDS);
      Service teacher = cluster.teacher("teacher", Map.of());
      cluster.awaitCount(teacher, TeacherSection.SCORED, RECORDS, PATIENCE);
      cluster.stop(teacher);
      run.say("checkpoints: one every 4 s");
      Service trainer =
          cluster.trainer(
              STUDENT,
              Map.of(
                  "student.log.pass-examples",
                  Integer.toString(RECORDS),
                  "student.checkpoint.every",
                  "3s"));
      measure(run, cluster, trainer);
    }
  }

  private void measure(Run run, BenchCluster cluster, Service trainer) throws InterruptedException {
    Path out = cluster.directory().resolve("pulled");
    List<Double> stalls = new ArrayList<>();
    List<Double> publishing = new ArrayList<>();
    List<Double> pulling = new ArrayList<>();
    List<Double> pulled = new ArrayList<>();
    try (NewCheckpoints announcements = new NewCheckpoints(cluster)) {
      MetricsSnapshot before = trainer.metrics();
      for (int i = -WARM_UP; i < run.rounds(); i++) {
        List<Announcement> news = announcements.next(trainer, PATIENCE);
        Announcement announced = news.get(news.size() - 1);
        long start = System.nanoTime();
        new CheckpointPuller(Cluster.of(cluster.kafka(), BenchCluster.TOPICS)).pull(STUDENT, out);
        double seconds = (System.nanoTime() - start) / 1e9;
        long now = System.currentTimeMillis();
        MetricsSnapshot after = awaitCounted(trainer, before);
        if (i >= 0) {
          pulling.add(seconds);
          pulled.add((now - announced.publishedTime().toEpochMilli()) / 1e3);
          stalls.add(meanSince(before, after, STALL));
          publishing.add(meanSince(before, after, PUBLISH));
        }
        before = after;
      }
    }
    run.report()
        .ratio(
            "checkpoint.stall",
            Sample.of(stalls.stream().map(stall -> stall / EVERY_SECONDS).toList()));
    ObjectNode figures = run.figures(this);
    Report.figure(figures, "stall_seconds", Sample.of(stalls));
    Report.figure(figures, "publish_seconds", Sample.of(publishing));
    Report.figure(figures, "pull_seconds", Sample.of(pulling));
    Report.figure(figures, "announcement_to_pulled_seconds", Sample.of(pulled));
  }

  /**
   * Waits until both timers have counted a checkpoint since; they may do so after its announcement.
   */
  private static MetricsSnapshot awaitCounted(Service trainer, MetricsSnapshot before)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      MetricsSnapshot now = trainer.metrics();
      if (countSince(before, now, STALL) >= 1 && countSince(before, now, PUBLISH) >= 1) {
        return now;
      }
      Thread.sleep(POLL.toMillis());
    }
    throw new IllegalStateException("the trainer's timers counted no checkpoint in " + PATIENCE);
  }

  private static double countSince(MetricsSnapshot before, MetricsSnapshot after, String timer) {
    return after.sum(timer + "_count") - before.sum(timer + "_count");
  }

  private static double meanSince(MetricsSnapshot before, MetricsSnapshot after, String timer) {
    return (after.sum(timer + "_sum") - before.sum(timer + "_sum"))
        / countSince(before, after, timer);
  }
}
