package io.streamdistill.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.testkit.TestBroker;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@ExtendWith(TestBroker.class)
final class TopicsCommandTest {

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final String servers;

  TopicsCommandTest(TestBroker.Running broker) {
    servers = broker.bootstrapServers();
  }

  private int create(String partitions) {
    return run(partitions, "create");
  }

  private int run(String partitions, String... arguments) {
    out.getBuffer().setLength(0);
    Map<String, String> environment =
        Map.of("DISTILL_KAFKA_BOOTSTRAP_SERVERS", servers, "DISTILL_TOPICS_PARTITIONS", partitions);
    return new CommandLine(new TopicsCommand(new ConfigOptions(environment, folder)))
        .setOut(new PrintWriter(out))
        .execute(arguments);
  }

  @Test
  void createsOnceFindsThemAgainAndSaysWhatDiffers() {
    assertThat(create("2")).isZero();
    assertThat(out.toString())
        .contains("created    transfer-set (2 partitions)")
        .contains("created    checkpoints (1 partition)");

    assertThat(create("2")).isZero();
    assertThat(out.toString()).doesNotContain("created").contains("exists     soft-targets");

    assertThat(create("3")).isEqualTo(1);
    assertThat(out.toString())
        .contains("DIFFERS    labels")
        .contains("has 2 partitions, not 3: set topics.partitions to what there is");
  }

  @Test
  void saysThatNothingHangs() {
    assertThat(run("1", "repair", "--all", "--dry-run")).isZero();
    assertThat(out.toString()).isEqualTo("no transaction hangs\n");
  }
}
