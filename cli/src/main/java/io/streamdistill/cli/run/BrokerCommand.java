package io.streamdistill.cli.run;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill broker}: a single-node Kafka in the foreground. */
@Command(
    name = "broker",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Runs a real single-node Kafka until Ctrl-C, for trying things out on this machine.",
      "Its topics are still there at the next start."
    })
public final class BrokerCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(names = "--data-dir", paramLabel = "DIR", description = "where everything is kept")
  private Path dataDir = Path.of(".streamdistill", "broker");

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "on 127.0.0.1, for clients; 0 is the last one, or any free one")
  private int port = 9092;

  @Option(
      names = "--property",
      paramLabel = "KEY=VALUE",
      description = "a setting of the Kafka broker; may be repeated")
  private Map<String, String> properties = Map.of();

  @Override
  public Integer call() throws InterruptedException {
    EmbeddedBroker broker = EmbeddedBroker.start(new BrokerConfig(dataDir, port, 0, properties));
    CountDownLatch closed = new CountDownLatch(1);
    return Foreground.run(
        () -> {
          broker.close();
          closed.countDown();
        },
        () -> {
          Foreground.say(
              spec.commandLine().getOut(),
              "broker runs: kafka %s, data in %s; Ctrl-C stops it"
                  .formatted(broker.bootstrapServers(), dataDir));
          closed.await();
          return true;
        });
  }
}
