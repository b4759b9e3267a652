package io.streamdistill.experiments.defaults;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.config.ConfigException;
import io.streamdistill.experiments.lab.Environment;
import io.streamdistill.experiments.lab.Results;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill experiment defaults}: every task, with no setting but what the task is. */
@Command(
    name = "defaults",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Trains students of many teachers and data sets with the defaults, and compares them with the"
          + " same nets trained offline.",
      "Run it at the top of a checkout. Exit code 1 when a task fails or misses its target."
    })
public final class DefaultsExperimentCommand implements Callable<Integer> {

  /** Small ones of different kinds. */
  private static final List<String> QUICK =
      List.of("cancer", "stream-500", "logits-100", "features-1e-3");

  private static final int SEEDS = 3;

  private final Product product;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(names = "--quick", description = "a few small tasks and one seed, in a minute")
  private boolean quick;

  @Option(
      names = "--tasks",
      split = ",",
      paramLabel = "NAME",
      description = "only these; default: all, with --quick a few")
  private List<String> tasks = List.of();

  @Option(names = "--seeds", paramLabel = "N", description = "students of each task; default: 3")
  private @Nullable Integer seeds;

  @Option(
      names = "--try",
      paramLabel = "KEY=VALUE",
      description = "another setting than the default, to compare; may be repeated")
  private Map<String, String> tried = Map.of();

  @Option(
      names = "--again",
      description = "also what is in the results, e.g. since the code has changed")
  private boolean again;

  @Option(
      names = "--limit",
      paramLabel = "MINUTES",
      description = "of one student's training, and of scoring a transfer set")
  private int limit = 30;

  @Option(names = "--tasks-dir", paramLabel = "DIR", description = "where the tasks are")
  private Path folder = Path.of("experiments", "tasks");

  @Option(
      names = "--reference",
      paramLabel = "FILE",
      description = "what the nets trained offline came to")
  private Path reference = Path.of("experiments", "reference", "reference.json");

  @Option(names = "--work", description = "of broker, trainers and results")
  private Path work = Path.of(".streamdistill", "experiments", "defaults");

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "results, added to; default: defaults.json in the folder --work")
  private @Nullable Path json;

  /** Creates the command. */
  public DefaultsExperimentCommand(Product product) {
    this.product = product;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter console = spec.commandLine().getOut();
    List<ForeignTask> chosen = chosen();
    int count = seeds == null ? (quick ? 1 : SEEDS) : seeds;
    Path file = json == null ? work.resolve(name()) : json;
    Results results =
        Results.open(
                file, Environment.detect().head("defaults", commandLine(count)), Cell.AGREEMENT)
            .deriving(Cells::of);
    Files.createDirectories(work);
    Path data = Files.createTempDirectory(work, "broker-");
    try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerConfig.in(data))) {
      new TaskMatrix(
              product,
              Reference.in(reference),
              results,
              new TaskMatrix.Conditions(
                  broker.bootstrapServers(), tried, work, Duration.ofMinutes(limit)),
              console)
          .run(chosen, count, again);
    } finally {
      Folders.delete(data);
    }
    Map<String, Cell> cells = Cells.of(results.runs());
    long met =
        chosen.stream()
            .map(task -> cells.get(task.name()))
            .filter(cell -> cell != null && cell.met())
            .count();
    console.printf("%n%d of %d tasks within their target; results: %s%n", met, chosen.size(), file);
    console.flush();
    return met == chosen.size() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private List<ForeignTask> chosen() throws IOException {
    Map<String, ForeignTask> all = new LinkedHashMap<>();
    ForeignTask.in(folder).forEach(task -> all.put(task.name(), task));
    List<String> names = !tasks.isEmpty() ? tasks : quick ? QUICK : List.copyOf(all.keySet());
    for (String name : names) {
      if (!all.containsKey(name)) {
        throw new ConfigException(
            "there is no task '%s' in %s; there are %s"
                .formatted(name, folder, String.join(", ", all.keySet())));
      }
    }
    return names.stream().map(all::get).toList();
  }

  private String name() {
    return tried.isEmpty() ? quick ? "defaults-quick.json" : "defaults.json" : "tried.json";
  }

  /** For others to run. */
  private String commandLine(int count) {
    StringBuilder line = new StringBuilder("./distill experiment defaults");
    if (quick) {
      line.append(" --quick");
    }
    if (count != SEEDS) {
      line.append(" --seeds ").append(count);
    }
    tried.forEach((key, value) -> line.append(" --try ").append(key).append('=').append(value));
    return line.toString();
  }
}
