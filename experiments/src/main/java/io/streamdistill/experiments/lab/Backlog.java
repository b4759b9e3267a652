package io.streamdistill.experiments.lab;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** What of a topic a teacher-service has still to do. */
public record Backlog(Admin admin) {

  private static final long POLL_MILLIS = 200;

  /**
   * Waits until the teacher has committed all that is in the topic: it does so when its soft target
   * is out.
   *
   * @param group application id of the teacher-service
   * @param teacherHasStopped after which there is nothing to wait for
   */
  public void awaitEmpty(String group, String topic, BooleanSupplier teacherHasStopped)
      throws InterruptedException {
    Map<TopicPartition, Long> ends = ends(topic);
    while (!committed(group).entrySet().containsAll(ends.entrySet())) {
      if (teacherHasStopped.getAsBoolean()) {
        throw new IllegalStateException("the teacher of " + topic + " stopped; see the log");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** Records in a topic that nothing was deleted from, and no transaction was written to. */
  public long size(String topic) throws InterruptedException {
    return ends(topic).values().stream().mapToLong(end -> end).sum();
  }

  private Map<TopicPartition, Long> committed(String group) throws InterruptedException {
    return get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
        .entrySet()
        .stream()
        .filter(entry -> entry.getValue() != null)
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
  }

  private Map<TopicPartition, Long> ends(String topic) throws InterruptedException {
    Map<TopicPartition, OffsetSpec> all =
        get(admin.describeTopics(List.of(topic)).allTopicNames()).values().stream()
            .flatMap(described -> described.partitions().stream())
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
    Map<TopicPartition, ListOffsetsResultInfo> ends = get(admin.listOffsets(all).all());
    return ends.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, end -> end.getValue().offset()));
  }

  static <T> T get(Future<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the lab's broker does not answer", e.getCause());
    }
  }
}
