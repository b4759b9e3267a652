package io.streamdistill.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class LogIdentityTest {

  private static OffsetAndMetadata offset(String metadata) {
    return new OffsetAndMetadata(7, Optional.of(3), metadata);
  }

  @RepeatedTest(20) // ids may hold any character of their alphabet
  void liesBehindWhatKafkaStreamsWrote() {
    LogIdentity identity = new LogIdentity(Uuid.randomUuid(), Uuid.randomUuid());
    OffsetAndMetadata plain = offset("AgAAAY+/abc==");

    OffsetAndMetadata stamped = identity.on(plain);

    assertThat(LogIdentity.of(stamped)).contains(identity);
    assertThat(LogIdentity.plain(stamped)).isEqualTo(plain);
    assertThat(LogIdentity.of(identity.on(stamped))).contains(identity);
    assertThat(LogIdentity.plain(identity.on(stamped))).isEqualTo(plain);
  }

  @Test
  void isNotOnOffsetsOfAnEarlierBuildOrOfSomebodyElse() {
    assertThat(LogIdentity.of(offset(""))).isEmpty();
    assertThat(LogIdentity.of(offset("AgAAAY"))).isEmpty();
    assertThat(LogIdentity.of(offset("a#b"))).isEmpty();
    assertThat(LogIdentity.of(offset("a#b/!"))).isEmpty();
    assertThat(LogIdentity.plain(offset("AgAAAY"))).isEqualTo(offset("AgAAAY"));
  }
}
