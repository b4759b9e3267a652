package io.streamdistill.benchmarks.pipeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.benchmarks.section.Run;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A backlog shared by 1 and by 2 teacher instances, each with one engine thread. */
final class TeachersPart {

  private static final long BACKLOG = 500_000;
  private static final int WARM_UP_RECORDS = 40_000; // of each instance
  private static final Duration WINDOW = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private TeachersPart() {}

  static void measure(Run run, ObjectNode figures) throws Exception {
    Mnist mnist = Mnist.read(run.home());
    try (BenchCluster cluster = BenchCluster.start(run, "teachers", Yaml.mnist(run))) {
      run.say("growth: a backlog for teachers");
      long produced = cluster.produce(mnist, BACKLOG).examples();
      ArrayNode all = figures.putArray("teachers");
      List<Service> teachers = new ArrayList<>();
      for (int count : new int[] {1, 2}) {
        run.say("growth: %d teacher instance(s)".formatted(count));
        Service teacher =
            cluster.teacher("teacher-" + count, Map.of("teacher.engine-threads", "1"));
        teachers.add(teacher);
        cluster.awaitCount(teacher, TeacherSection.SCORED, WARM_UP_RECORDS, PATIENCE);
        all.add(
            Together.measure(
                teachers,
                TeacherSection.SCORED,
                WINDOW,
                figures.objectNode().put("instances", count)));
      }
      double scored = 0;
      for (Service teacher : teachers) {
        scored += teacher.metrics().sum(TeacherSection.SCORED);
      }
      if (scored >= produced) {
        throw new IllegalStateException("the backlog of %d was used up".formatted(produced));
      }
    }
  }
}
