package io.streamdistill.teacher;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.kafka.TopicSnapshot;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.teacher.topology.Flow;
import io.streamdistill.teacher.topology.OutputTerms;
import io.streamdistill.teacher.topology.TopicTerms;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Draws the consequences of what the topics are found to be while the teacher runs. */
final class TopicsGuard {

  private static final Logger log = LoggerFactory.getLogger(TopicsGuard.class);

  /** Looks in a row that a topic is missing from: a broker may not have heard of it yet. */
  private static final int GONE = 2;

  private final TopicsConfig topics;
  private final OutputTerms terms;
  private final TransferLog transferLog;
  private final Progress progress;
  private final Flow flow;
  private final BiConsumer<ExitStatus, String> stop;
  private final Map<String, TopicSnapshot> last = new HashMap<>(); // by one thread
  private final Map<String, Integer> missing = new HashMap<>();
  private final Map<String, String> problems = new ConcurrentHashMap<>();

  TopicsGuard(
      TopicsConfig topics,
      OutputTerms terms,
      TransferLog transferLog,
      Progress progress,
      Flow flow,
      BiConsumer<ExitStatus, String> stop) {
    this.topics = topics;
    this.terms = terms;
    this.transferLog = transferLog;
    this.progress = progress;
    this.flow = flow;
    this.stop = stop;
  }

  /** Takes a look at a topic; called by one thread. */
  void seen(TopicSnapshot topic) {
    if (!topic.exists()) {
      missing(topic);
      return;
    }
    missing.remove(topic.topic());
    if (problems.remove(topic.topic()) != null) {
      log.info("topic '{}' exists again", topic.topic());
    }
    if (topic.topic().equals(topics.transferSet())) {
      progress.seen(topic, flow);
    } else if (topic.topic().equals(topics.softTargets())) {
      terms.softTargets(TopicTerms.of(topic));
    } else {
      terms.deadLetters(TopicTerms.of(topic));
    }
    transferLog.seen(topic);
    compare(topic);
    last.put(topic.topic(), topic);
    comparePartitions();
  }

  private void missing(TopicSnapshot topic) {
    int times = missing.merge(topic.topic(), 1, Integer::sum);
    if (times != GONE) {
      return;
    }
    try {
      if (topic.topic().equals(topics.transferSet())) {
        transferLog.gone();
      } else if (topic.topic().equals(topics.softTargets())) {
        transferLog.softTargetsGone();
      }
    } catch (LostRecordsException e) {
      stop.accept(e.exitStatus(), String.valueOf(e.getMessage()));
      return;
    }
    String problem =
        "topic '%s' does not exist any more; the teacher waits until it is created"
            .formatted(topic.topic());
    problems.put(topic.topic(), problem);
    log.error("{}", problem);
  }

  private void compare(TopicSnapshot now) {
    TopicSnapshot before = last.get(now.topic());
    if (before == null) {
      return;
    }
    if (now.partitions() != before.partitions()) {
      log.info(
          "Topic '{}' has {} partitions now, before {}",
          now.topic(),
          now.partitions(),
          before.partitions());
    }
    if (now.compacted() && !before.compacted()) {
      log.warn(
          "Topic '{}' is compacted from now on: of records with the same key, only the newest stays,"
              + " and records without a key are refused. Set its cleanup.policy to delete",
          now.topic());
    }
  }

  private void comparePartitions() {
    TopicSnapshot source = last.get(topics.transferSet());
    TopicSnapshot output = last.get(topics.softTargets());
    if (source != null && output != null && source.partitions() > output.partitions()) {
      String problem =
          "'%s' has %d partitions and '%s' has %d: soft targets of the last ones go to the first ones; add partitions to '%s'"
              .formatted(
                  source.topic(),
                  source.partitions(),
                  output.topic(),
                  output.partitions(),
                  output.topic());
      if (problems.put("partitions", problem) == null) {
        log.warn("Topic {}", problem);
      }
    } else {
      problems.remove("partitions");
    }
  }

  /** What is wrong with the topics, in one line. */
  Optional<String> problem() {
    return problems.values().stream().findFirst();
  }
}
