package io.streamdistill.benchmarks.pipeline;

import io.streamdistill.kafka.KafkaSettings;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** How much is in topics. */
record LogSizes(KafkaSettings kafka) {

  /** Offsets in all partitions together; markers of transactions have one each, too. */
  long offsets(String topic) throws InterruptedException {
    try (Admin admin = Admin.create(kafka.admin())) {
      Map<TopicPartition, OffsetSpec> ends =
          admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
              .flatMap(
                  description ->
                      description.partitions().stream()
                          .map(info -> new TopicPartition(topic, info.partition())))
              .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
      return admin.listOffsets(ends).all().get().values().stream()
          .mapToLong(info -> info.offset())
          .sum();
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot ask Kafka for the end of " + topic, e);
    }
  }

  /** Bytes on the broker's disk. */
  long bytes(String topic) throws InterruptedException {
    try (Admin admin = Admin.create(kafka.admin())) {
      List<Integer> nodes =
          admin.describeCluster().nodes().get().stream().map(node -> node.id()).toList();
      return admin.describeLogDirs(nodes).allDescriptions().get().values().stream()
          .flatMap(directories -> directories.values().stream())
          .map(LogDirDescription::replicaInfos)
          .flatMap(replicas -> replicas.entrySet().stream())
          .filter(replica -> replica.getKey().topic().equals(topic))
          .mapToLong(replica -> replica.getValue().size())
          .sum();
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot ask Kafka for the size of " + topic, e);
    }
  }
}
