package io.streamdistill.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;

final class OutageTest {

  @Test
  void isWhatMayGoAwayByItself() {
    assertThat(Outage.isBehind(new TimeoutException("no answer"))).isTrue();
    assertThat(Outage.isBehind(new ExecutionException(new DisconnectException()))).isTrue();
    assertThat(
            Outage.isBehind(
                new BrokerException("x", new KafkaException(new NotEnoughReplicasException("x")))))
        .isTrue();
    assertThat(Outage.isBehind(new java.util.concurrent.TimeoutException())).isTrue();
  }

  @Test
  void isNotWhatSomebodyHasToMend() {
    assertThat(Outage.isBehind(new SaslAuthenticationException("x"))).isFalse();
    assertThat(Outage.isBehind(new TopicAuthorizationException("x"))).isFalse();
    assertThat(Outage.isBehind(new UnknownTopicOrPartitionException("x"))).isFalse();
    assertThat(Outage.isBehind(new IllegalStateException("x"))).isFalse();
  }
}
