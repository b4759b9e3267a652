package io.streamdistill.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/** Kafka's own authorizer, which also keeps what it was asked and what it said. */
public final class RecordingAuthorizer extends StandardAuthorizer {

  /**
   * One question.
   *
   * @param user whose request it was
   * @param allowed what the answer was
   * @param needed whether a refusal fails the request, or only leaves something out of its answer
   */
  record Asked(
      String user,
      AclOperation operation,
      ResourceType type,
      String name,
      boolean allowed,
      boolean needed) {}

  static final Set<Asked> ASKED = ConcurrentHashMap.newKeySet();

  @Override
  public List<AuthorizationResult> authorize(
      AuthorizableRequestContext context, List<Action> actions) {
    List<AuthorizationResult> results = super.authorize(context, actions);
    List<Asked> asked = new ArrayList<>();
    for (int i = 0; i < actions.size(); i++) {
      Action action = actions.get(i);
      asked.add(
          new Asked(
              context.principal().getName(),
              action.operation(),
              action.resourcePattern().resourceType(),
              action.resourcePattern().name(),
              results.get(i) == AuthorizationResult.ALLOWED,
              action.logIfDenied()));
    }
    ASKED.addAll(asked);
    return results;
  }
}
