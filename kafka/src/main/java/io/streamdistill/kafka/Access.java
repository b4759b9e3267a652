package io.streamdistill.kafka;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;

/**
 * What a client is about to do, in the words of Kafka's access control: for the message of a broker
 * that does not permit it, which itself tells the resource at best.
 *
 * @param principal who it is to the broker, e.g. {@code User:alice}; empty when that is not known
 * @param operation e.g. {@code Create}; empty when that is not known
 * @param resource kind of resource: topic, group, transactional-id or cluster
 * @param name of the resource
 */
public record Access(String principal, String operation, String resource, String name) {

  static final Access UNKNOWN = new Access("", "", "", "");

  private static final Pattern USER = Pattern.compile("username\\s*=\\s*\"([^\"\\\\]*)\"");

  /** What is to be done with a topic. */
  public static Access toTopic(KafkaSettings kafka, String operation, String topic) {
    return new Access(principal(kafka.properties()), operation, "topic", topic);
  }

  /** What is to be done with the cluster. */
  static Access toCluster(KafkaSettings kafka, String operation) {
    return new Access(principal(kafka.properties()), operation, "cluster", "");
  }

  /** Nothing is known of what is to be done. */
  public static Access of(KafkaSettings kafka) {
    return new Access(principal(kafka.properties()), "", "", "");
  }

  /** Who the client is to the broker, as far as the settings tell. */
  private static String principal(Map<String, String> properties) {
    String protocol =
        properties.getOrDefault("security.protocol", "PLAINTEXT").toUpperCase(Locale.ROOT);
    if (protocol.startsWith("SASL")) {
      Matcher user = USER.matcher(properties.getOrDefault("sasl.jaas.config", ""));
      return user.find() && !user.group(1).startsWith("${") ? "User:" + user.group(1) : "";
    }
    return protocol.equals("PLAINTEXT") ? "User:ANONYMOUS" : "";
  }

  /** Who may not do what with which resource, and how it is granted. */
  String denied(AuthorizationException denial) {
    Access exact = refined(denial);
    String who = exact.principal.isEmpty() ? "the client" : exact.principal;
    String what =
        exact.resource.equals("cluster")
            ? "the cluster"
            : (exact.resource + " '" + exact.name + "'").strip();
    if (exact.resource.isEmpty()) {
      return "%s lacks a permission: %s".formatted(who, denial.getMessage());
    }
    return "%s has no permission for %s on %s; grant it: kafka-acls.sh --add --allow-principal %s --operation %s --%s%s"
        .formatted(
            who,
            exact.operation,
            what,
            exact.principal.isEmpty() ? "User:NAME" : exact.principal,
            exact.operation,
            exact.resource,
            exact.resource.equals("cluster") ? "" : " " + exact.name);
  }

  /** What the denial itself tells wins. */
  private Access refined(AuthorizationException denial) {
    if (denial instanceof TopicAuthorizationException topic) {
      Set<String> names = topic.unauthorizedTopics();
      String which = names.isEmpty() ? name : String.join(",", names);
      return which.isEmpty() ? this : with("Describe", "topic", which);
    }
    if (denial instanceof GroupAuthorizationException group) {
      return new Access(principal, "Read", "group", String.valueOf(group.groupId()));
    }
    if (denial instanceof TransactionalIdAuthorizationException) {
      return new Access(
          principal, "Write", "transactional-id", resource.equals("transactional-id") ? name : "*");
    }
    if (denial instanceof ClusterAuthorizationException) {
      return new Access(
          principal,
          operation.isEmpty() || (resource.equals("topic") && !operation.equals("Create"))
              ? "IdempotentWrite"
              : operation,
          "cluster",
          "");
    }
    return this;
  }

  private Access with(String usual, String kind, String which) {
    return new Access(principal, operation.isEmpty() ? usual : operation, kind, which);
  }
}
