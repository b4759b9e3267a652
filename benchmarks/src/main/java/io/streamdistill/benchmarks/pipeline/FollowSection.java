package io.streamdistill.benchmarks.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.benchmarks.measure.Sample;
import io.streamdistill.benchmarks.section.Run;
import io.streamdistill.benchmarks.section.Section;
import io.streamdistill.checkpoints.format.Announcement;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How long it takes from the publication of a checkpoint until a directory that is followed is
 * switched to it.
 *
 * <p>A trainer trains the paper's student (three files of 5 MB) without a pause and publishes more
 * than twice as often as anybody would, into the {@code kafka:} store; {@code distill pull
 * --follow} is a process beside it. The time runs from the moment that the announcement carries,
 * which is before its transaction is committed, until the link leads to that version or a newer
 * one. The clock of the one machine has milliseconds.
 */
public final class FollowSection implements Section {

  private static final String STUDENT = "student";
  private static final double BUDGET_SECONDS = 5;
  private static final int WARM_UP = 5;
  private static final int PUBLICATIONS = 120;
  private static final int RECORDS = 10_000;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @Override
  public String name() {
    return "follow";
  }

  @Override
  public boolean onRequest() {
    return true;
  }

  @Override
  public void run(Run run) throws Exception {
    Mnist mnist = Mnist.read(run.home());
    try (BenchCluster cluster = BenchCluster.start(run, name(), Yaml.mnist(run))) {
      run.say("follow: preparing soft targets");
      cluster.produce(mnist, RECORDS);
      Service teacher = cluster.teacher("teacher", Map.of());
      cluster.awaitCount(teacher, TeacherSection.SCORED, RECORDS, PATIENCE);
      cluster.stop(teacher);
      run.say("follow: %d checkpoints".formatted(PUBLICATIONS));
      Path out = cluster.directory().resolve("followed");
      cluster.start(
          "pull", "pull", List.of("--student", STUDENT, "--follow", "--out", out.toString()));
      Service trainer =
          cluster.trainer(
              STUDENT,
              Map.of(
                  "student.log.pass-examples",
                  Integer.toString(RECORDS),
                  "student.checkpoint.every",
                  "1s"));
      measure(run, cluster, trainer, out);
    }
  }

  private void measure(Run run, BenchCluster cluster, Service trainer, Path out)
      throws InterruptedException {
    List<Announcement> published = new ArrayList<>();
    try (LinkWatch link = LinkWatch.of(out);
        NewCheckpoints announcements = new NewCheckpoints(cluster)) {
      while (published.size() < WARM_UP + PUBLICATIONS) {
        published.addAll(announcements.next(trainer, PATIENCE));
      }
      String last = published.get(published.size() - 1).version();
      link.await(last, PATIENCE);
      List<Double> seconds = new ArrayList<>();
      for (Announcement one : published.subList(WARM_UP, published.size())) {
        seconds.add((link.reached(one.version()) - one.publishedTime().toEpochMilli()) / 1e3);
      }
      report(run, Sample.of(seconds), link.versions());
    }
  }

  private void report(Run run, Sample seconds, int versions) {
    run.report().ratio("follow.p99.vs.budget", new Sample(seconds.quantile(0.99) / BUDGET_SECONDS));
    ObjectNode figures =
        run.figures(this)
            .put("publications", seconds.values().length)
            .put("versions_that_the_directory_was", versions)
            .put("budget_seconds", BUDGET_SECONDS);
    figures
        .putObject("publish_to_switched_seconds")
        .put("p50", seconds.quantile(0.5))
        .put("p99", seconds.quantile(0.99))
        .put("max", seconds.max());
  }
}
