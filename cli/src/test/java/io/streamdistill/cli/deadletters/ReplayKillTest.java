package io.streamdistill.cli.deadletters;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.cli.process.Launch;
import io.streamdistill.records.Verdict.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of the command, wherever it is. */
final class ReplayKillTest {

  private static final int LETTERS = 6_000;

  @TempDir private static Path folder;

  @Test
  void everyLetterIsReplayedOnceHoweverOftenTheCommandIsKilled() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerConfig.in(folder.resolve("kafka")));
        Letters letters = new Letters(broker.bootstrapServers(), "killed", Map.of())) {
      letters.sendLetters(Reason.BLANK_ID, 0, LETTERS);
      long written = 0;
      for (int kill = 0; kill < 3; kill++) {
        try (DistillProcess process = replay(letters)) {
          written = awaitMoreThan(written, letters, process);
          process.kill();
        }
      }

      try (DistillProcess last = replay(letters)) {
        assertThat(last.awaitExit(Duration.ofMinutes(3))).as(last::output).isZero();
      }

      assertThat(letters.replayedKeys()).hasSize(LETTERS).doesNotHaveDuplicates();
    }
  }

  private static DistillProcess replay(Letters letters) {
    return DistillProcess.start(
        Launch.of(
            folder.resolve("replay.log"),
            "dead-letters",
            "replay",
            "--set",
            "kafka.bootstrap.servers=" + letters.kafka.bootstrapServers(),
            "--set",
            "topics.transfer-set=" + letters.topics.transferSet(),
            "--set",
            "topics.dead-letters=" + letters.topics.deadLetters(),
            "--set",
            "features.shape=[3]",
            "--set",
            "classes.count=10"));
  }

  /** Waits until the process has written to the transfer set, committed or not, or has ended. */
  private static long awaitMoreThan(long before, Letters letters, DistillProcess process)
      throws Exception {
    try (Admin admin = Admin.create(letters.kafka.admin())) {
      while (true) {
        long written = 0;
        for (int partition : List.of(0, 1)) {
          TopicPartition one = new TopicPartition(letters.topics.transferSet(), partition);
          written +=
              admin
                  .listOffsets(Map.of(one, OffsetSpec.latest()))
                  .partitionResult(one)
                  .get()
                  .offset();
        }
        if (written > before + 100 || !process.isAlive()) {
          return written;
        }
      }
    }
  }
}
