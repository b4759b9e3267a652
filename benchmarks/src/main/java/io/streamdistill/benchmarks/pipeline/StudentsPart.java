package io.streamdistill.benchmarks.pipeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.benchmarks.measure.Sample;
import io.streamdistill.benchmarks.section.Run;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * 1, 2 and 4 students on one topic: what they get through together, what they take of memory, and
 * how often the teacher is called for it.
 *
 * <p>The teacher has scored everything before the first student starts, and stays up. Every student
 * reads the whole log at least once; the ratio counts the calls of the models from before the
 * second student starts to the time when the last one has read everything. Students have one BLAS
 * thread each.
 */
final class StudentsPart {

  private static final String CALLS = "distill_teacher_inference_seconds_count";
  private static final String TRAINED = "distill_student_examples_total";
  private static final int RECORDS = 20_480;
  private static final Duration WINDOW = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private StudentsPart() {}

  static void measure(Run run, ObjectNode figures) throws Exception {
    Mnist mnist = Mnist.read(run.home());
    List<Double> furtherCalls = new ArrayList<>();
    try (BenchCluster cluster = BenchCluster.start(run, "students", Yaml.mnist(run))) {
      Service teacher = cluster.teacher("teacher", Map.of());
      cluster.produce(mnist, RECORDS);
      cluster.awaitCount(teacher, TeacherSection.SCORED, RECORDS, PATIENCE);
      ArrayNode all = figures.putArray("students");
      List<Service> students = new ArrayList<>();
      double callsForOne = Double.NaN;
      for (int count : new int[] {1, 2, 4}) {
        run.say("growth: %d student(s) on one topic".formatted(count));
        while (students.size() < count) {
          students.add(student(cluster, "student-" + students.size()));
        }
        for (Service student : students) {
          cluster.awaitCount(student, TRAINED, RECORDS, PATIENCE);
        }
        all.add(
            Together.measure(
                students, TRAINED, WINDOW, figures.objectNode().put("students", count)));
        double calls = teacher.metrics().sum(CALLS);
        if (count == 1) {
          callsForOne = calls;
        } else {
          furtherCalls.add(calls - callsForOne);
        }
      }
      figures.put("teacher_calls_for_one_student", callsForOne);
    }
    run.report().ratio("second.student.teacher.calls", Sample.of(furtherCalls));
  }

  private static Service student(BenchCluster cluster, String name) throws InterruptedException {
    return cluster.trainer(
        name,
        Map.of("student.threads", "1", "student.log.pass-examples", Integer.toString(RECORDS)));
  }
}
