package io.streamdistill.cli.pull;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.pull.CheckpointFollower;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.pull.DirectoryLayout;
import io.streamdistill.checkpoints.pull.PullOptions;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.store.S3Settings;
import io.streamdistill.cli.config.HelpOption;
import io.streamdistill.cli.outage.OutageOptions;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill pull}: fetches a checkpoint of a student, or follows an alias. */
@Command(
    name = "pull",
    description = {
      "Fetches a checkpoint of a student, the newest intact one if nothing else is said, and"
          + " verifies every file, its model's operators and, with --public-key, its signature before"
          + " the directory appears; when it is refused, what was there stays.",
      "The directory is a symbolic link into DIR.versions, switched by one rename: whoever resolves"
          + " it once reads one checkpoint, whole. The version before is kept."
    })
public final class PullCommand implements Callable<Integer> {

  /** The part of the configuration that pulling needs. */
  public record View(KafkaSettings kafka, TopicsConfig topics, S3Settings s3) {}

  private final Supplier<View> view;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private HelpOption help = new HelpOption();

  @Option(names = "--student", paramLabel = "NAME", required = true, description = "whose")
  private String student = "";

  @ArgGroup private @Nullable Which which;

  private static final class Which {

    @Option(
        names = "--alias",
        paramLabel = "ALIAS",
        description = "what this alias stands for: champion, or a name of yours; default: latest")
    private @Nullable String alias;

    @Option(names = "--version", paramLabel = "V", description = "this version")
    private @Nullable String version;

    private CheckpointChoice choice() {
      return alias != null
          ? CheckpointChoice.alias(alias)
          : CheckpointChoice.version(Objects.requireNonNull(version));
    }
  }

  @Option(
      names = "--follow",
      description =
          "keeps the directory on what the alias stands for, until it is stopped; broker and store"
              + " may come and go")
  private boolean follow;

  @Mixin private final OutageOptions outages = new OutageOptions();

  @Mixin private final PublicKeys publicKeys = new PublicKeys();

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      description =
          "plain: the directory is the checkpoint; triton: it is a model repository of Triton and a"
              + " storageUri of KServe, with the checkpoint as STUDENT/NUMBER; default: plain")
  private DirectoryLayout layout = DirectoryLayout.PLAIN;

  @Option(names = "--out", paramLabel = "DIR", required = true, description = "where to")
  private Path out = Path.of("");

  /**
   * Creates the command.
   *
   * @param view asked for when the command runs
   */
  public PullCommand(Supplier<View> view) {
    this.view = view;
  }

  @Override
  public Integer call() {
    View open = view.get();
    PullOptions options = new PullOptions(publicKeys.read(), layout);
    CheckpointChoice choice = which == null ? CheckpointChoice.latest() : which.choice();
    if (follow) {
      if (choice.version() != null) {
        throw new CheckpointException("a version does not move; --follow an alias");
      }
      follow(open, choice, options);
      return 0;
    }
    CheckpointPuller puller =
        new CheckpointPuller(new Cluster(open.kafka(), open.topics(), open.s3()), options);
    Manifest manifest =
        outages
            .patience(spec.commandLine().getErr())
            .through(() -> puller.pull(student, choice, out));
    PrintWriter console = spec.commandLine().getOut();
    console.println("pulled into " + out);
    ManifestSummary.lines(manifest).forEach(console::println);
    console.flush();
    return 0;
  }

  private void follow(View open, CheckpointChoice choice, PullOptions options) {
    PrintWriter console = spec.commandLine().getOut();
    try (CheckpointFollower follower =
        new CheckpointFollower(
            new Cluster(open.kafka(), open.topics(), open.s3()), options, outages.maxOutage())) {
      Thread stop = new Thread(follower::stop, "stop-following");
      Runtime.getRuntime().addShutdownHook(stop);
      follower.follow(
          student,
          choice,
          out,
          manifest -> {
            console.println(out + " is " + manifest.id());
            console.flush();
          });
    }
  }
}
