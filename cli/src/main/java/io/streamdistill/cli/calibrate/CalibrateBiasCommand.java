package io.streamdistill.cli.calibrate;

import io.streamdistill.checkpoints.format.Calibration;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.ManifestSignature;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.pull.PullOptions;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.store.S3Settings;
import io.streamdistill.checkpoints.store.Staging;
import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.cli.config.ClassesConfig;
import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.cli.config.FeaturesConfig;
import io.streamdistill.cli.config.HelpOption;
import io.streamdistill.cli.pull.PublicKeys;
import io.streamdistill.config.ConfigException;
import io.streamdistill.config.ConfigLoader;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Task;
import io.streamdistill.student.CheckpointCalibrator;
import io.streamdistill.student.calibrate.BiasCorrectionConfig;
import io.streamdistill.student.calibrate.BiasCorrectionConfig.Target;
import io.streamdistill.student.calibrate.BiasCorrector;
import io.streamdistill.student.publish.CheckpointConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill calibrate-bias}: corrects the output biases of a published checkpoint. */
@Command(
    name = "calibrate-bias",
    description = {
      "Corrects the output biases of a checkpoint without labels, and writes the result into a"
          + " directory, as another checkpoint.",
      "The model's mean prediction on the newest soft targets of a topic becomes that of their"
          + " teacher, or a class prior that is known. An earlier correction is undone first.",
      "Nothing is published: of Kafka, checkpoints and soft targets are read, and a trainer that"
          + " runs is not touched. To correct whatever a trainer publishes, set"
          + " student.bias-correction; its keys also apply here where an option is left out.",
      "With student.checkpoint.signing-key-file the result is signed, and only a checkpoint is"
          + " corrected that is signed with this key, or one of --public-key."
    })
public final class CalibrateBiasCommand implements Callable<Integer> {

  private static final String KEY = "student.bias-correction.";

  private final ConfigOptions options;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final CheckpointSource source = new CheckpointSource();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "where the corrected checkpoint appears; must not exist, or be empty")
  private Path out = Path.of("");

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description = "what the mean prediction is to be: that of the teacher (default), or a prior")
  private @Nullable String target;

  @Option(
      names = "--prior",
      paramLabel = "P,P,...",
      description = "with --target prior: the share of every class, sum 1")
  private @Nullable String prior;

  @Option(
      names = "--probe-topic",
      paramLabel = "TOPIC",
      description = "soft targets that are corrected on; default: topics.soft-targets")
  private @Nullable String probeTopic;

  @Option(
      names = "--probe-examples",
      paramLabel = "N",
      description = "how many of the newest of them; default: 10000")
  private @Nullable String probeExamples;

  @Mixin private final PublicKeys publicKeys = new PublicKeys();

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private HelpOption help = new HelpOption();

  /** Creates the command. */
  public CalibrateBiasCommand(ConfigOptions options) {
    this.options = options;
  }

  /** The part of the configuration that is needed. */
  record View(
      KafkaSettings kafka,
      TopicsConfig topics,
      S3Settings s3,
      FeaturesConfig features,
      ClassesConfig classes,
      Student student) {}

  /** Of the student, how its biases are corrected and its checkpoints signed. */
  record Student(BiasCorrectionConfig biasCorrection, Checkpoint checkpoint) {}

  /** Of its checkpoints, what they are signed with. */
  record Checkpoint(String signingKeyFile) {}

  @Override
  public Integer call() {
    source.check(out);
    requireFree();
    View view = view();
    SigningKey key = CheckpointConfig.signingKey(view.student().checkpoint().signingKeyFile());
    TrustedKeys trusted = trusted(key);
    Task task = new Task(view.features().contract(), view.classes().map());
    CheckpointCalibrator calibrator =
        new CheckpointCalibrator(
            BiasCorrector.of(
                correction(view.student().biasCorrection()),
                view.kafka(),
                view.topics().softTargets(),
                task),
            task,
            trusted,
            key,
            Clock.systemUTC(),
            new SecureRandom());
    Path folder = Objects.requireNonNull(out.toAbsolutePath().normalize().getParent(), "not /");
    try (Staging pulled = Staging.in(folder)) {
      CheckpointPuller puller =
          new CheckpointPuller(
              new Cluster(view.kafka(), view.topics(), view.s3()), PullOptions.trusting(trusted));
      print(calibrator.calibrate(source.directory(puller, pulled.directory()), out));
      return 0;
    } catch (IOException e) {
      throw new CheckpointException("cannot write beside %s: %s".formatted(out, e), e);
    }
  }

  /** A key signs nothing that comes from somebody else. */
  private TrustedKeys trusted(@Nullable SigningKey key) {
    TrustedKeys given = publicKeys.read();
    return key == null ? given : given.and(key.trusted());
  }

  /** Options are keys of the configuration, which says of both alike what is wrong, and where. */
  private View view() {
    ConfigLoader loader = options.loader();
    set(loader, "target", target);
    set(loader, "prior", prior);
    set(loader, "probe-topic", probeTopic);
    set(loader, "probe-examples", probeExamples);
    return loader.load(View.class);
  }

  private static void set(ConfigLoader loader, String key, @Nullable String value) {
    if (value != null) {
      loader.set(KEY + key, value, "--" + key);
    }
  }

  /** The correction configured; where that is none, which is the default, the teacher's. */
  private BiasCorrectionConfig correction(BiasCorrectionConfig configured) {
    if (target != null && configured.target() == Target.NONE) {
      throw new ConfigException("--target none corrects nothing; give teacher or prior");
    }
    if (prior != null && configured.target() != Target.PRIOR) {
      throw new ConfigException("--prior is for --target prior; give both, or neither");
    }
    return configured.target() == Target.NONE
        ? new BiasCorrectionConfig(
            Target.TEACHER, configured.probeTopic(), configured.probeExamples(), configured.prior())
        : configured;
  }

  private void requireFree() {
    if (!Files.exists(out)) {
      return;
    }
    if (!Files.isDirectory(out)) {
      throw new ConfigException("--out %s is no directory; name another".formatted(out));
    }
    try (Stream<Path> content = Files.list(out)) {
      if (content.findAny().isPresent()) {
        throw new ConfigException(
            "--out %s exists and is not empty; name another directory".formatted(out));
      }
    } catch (IOException e) {
      throw new ConfigException("--out %s cannot be read: %s".formatted(out, e), e);
    }
  }

  private void print(Manifest corrected) {
    Calibration calibration = Objects.requireNonNull(corrected.calibration(), "just corrected");
    PrintWriter console = spec.commandLine().getOut();
    console.printf(
        "corrected %s/%s on %,d soft targets of topic %s; the mean predictions:%n",
        corrected.student(),
        corrected.parent(),
        calibration.probeExamples(),
        calibration.probeTopic());
    CalibrationSummary.lines(calibration, corrected.classNames()).forEach(console::println);
    ManifestSignature signature = corrected.signature();
    console.printf(
        "written to %s as %s, %s; nothing is published%n",
        out,
        corrected.id(),
        signature == null ? "not signed" : "signed with key " + signature.keyId());
    console.flush();
  }
}
