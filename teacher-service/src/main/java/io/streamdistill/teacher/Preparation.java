package io.streamdistill.teacher;

import io.streamdistill.kafka.StartUp;
import io.streamdistill.kafka.StartUp.Limit;
import io.streamdistill.kafka.TopicWatch;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.teacher.engine.EngineWatch;
import io.streamdistill.teacher.engine.Opening;
import io.streamdistill.teacher.engine.TeacherUnavailableException;
import io.streamdistill.teacher.engine.WatchedTeacher;
import io.streamdistill.teacher.topology.OutputTerms;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.jspecify.annotations.Nullable;

/** Tries the models and waits for Kafka, before anything is put together; says what takes long. */
final class Preparation {

  /** For a look at the topics. */
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  private static final int ATTEMPT_MILLIS = 5000;

  private final Assignment assignment;
  private final StartUp startUp;
  private volatile @Nullable Opening opening;

  /**
   * What was found.
   *
   * @param terms what the topics that are written to take
   */
  record Found(WatchedTeacher teacher, TopicWatch watch, OutputTerms terms) {
    void close() {
      watch.close();
      teacher.close();
    }
  }

  /**
   * Begins it.
   *
   * @param stopping whether nobody wants the service any more
   */
  Preparation(Assignment assignment, BooleanSupplier stopping) {
    this.assignment = assignment;
    this.startUp =
        new StartUp(
            assignment.kafka(),
            new Limit(assignment.config().limits().maxOutage(), "teacher.limits.max-outage"),
            TeacherUnavailableException.class::isInstance,
            stopping);
  }

  /**
   * Tries the models, waits for Kafka, and checks the cluster.
   *
   * @throws io.streamdistill.teacher.engine.HungException when a model hangs
   */
  Found find(EngineWatch engine) {
    WatchedTeacher teacher = teacher(engine);
    TopicWatch watch = null;
    try {
      watch = startUp.await(this::watch);
      TopicWatch there = watch;
      return new Found(teacher, there, startUp.await(() -> terms(there)));
    } catch (RuntimeException e) {
      if (watch != null) {
        watch.close();
      }
      teacher.close();
      throw e;
    }
  }

  private WatchedTeacher teacher(EngineWatch engine) {
    TeacherConfig config = assignment.config();
    Opening now = new Opening(config.limits().hangAfter(), System::nanoTime);
    opening = now;
    return new WatchedTeacher(
        startUp.await(() -> now.run(engine, () -> Engines.open(config, assignment.task(), now))),
        engine);
  }

  /** Its client needs host names that resolve. */
  private TopicWatch watch() {
    TopicsConfig topics = assignment.topics();
    List<String> all = List.of(topics.transferSet(), topics.softTargets(), topics.deadLetters());
    return TopicWatch.open(assignment.kafka(), all, PATIENCE, Clock.systemUTC());
  }

  private OutputTerms terms(TopicWatch watch) {
    Map<String, Object> impatient = assignment.kafka().admin();
    impatient.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ATTEMPT_MILLIS);
    impatient.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ATTEMPT_MILLIS);
    try (Admin admin = Admin.create(impatient)) {
      return new Preflight(admin, assignment.kafka(), watch)
          .check(assignment.topics(), assignment.config().maxRecordBytes());
    }
  }

  /** What the start waits for, in one line. */
  Optional<String> problem() {
    Opening models = opening;
    return startUp.problem().or(() -> models == null ? Optional.empty() : models.problem());
  }
}
