package io.streamdistill.cli.evaluate;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.cli.source.LeftOut;
import io.streamdistill.cli.source.SourceOptions;
import io.streamdistill.exit.FileReason;
import io.streamdistill.records.Counted;
import io.streamdistill.records.Task;
import io.streamdistill.teacher.engine.TeacherException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code distill evaluate}: measures a classifier against labels and against a teacher. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = {
      "Runs a classifier over examples and reports what it gets right: against their labels, and"
          + " against a teacher, a second model or the soft targets of a topic.",
      "Examples come from a file, read as 'distill produce' reads it, or from a topic.",
      "A student of StreamDistill says itself what it takes and gives, and scales features by itself."
          + " Any other model is run as the teacher-service would run it, by the configuration."
          + " Speed is the median of 5 rounds over 1,000 examples on one thread."
    })
public final class EvaluateCommand implements Callable<Integer> {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private static final String CONFIGURED = "config";

  private final ConfigOptions options;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "FILE|DIR",
      required = true,
      description = "ONNX model, or the directory of a checkpoint that was pulled")
  private Path model = Path.of("");

  @Option(
      names = "--teacher",
      paramLabel = "FILE|config",
      description =
          "ONNX model that the student is compared with, or config: the one that is configured;"
              + " default: the soft targets of --topic, else none")
  private @Nullable String teacher;

  @Option(
      names = "--topic",
      paramLabel = "NAME",
      description =
          "take examples from this topic: soft targets, or examples as in the transfer set;"
              + " soft-targets and transfer-set are those that are configured")
  private @Nullable String topic;

  @Option(
      names = "--newest",
      paramLabel = "N|all",
      description = "records of the topic, the newest of all partitions; default: 10000")
  private String newest = "10000";

  @Mixin private final SourceOptions source = new SourceOptions();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "rows read from the file; default: all")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--on-error",
      paramLabel = "fail|skip",
      description =
          "at an unfit row or record: stop, or leave it out and count the reason; default: fail")
  private String onError = "fail";

  @Option(names = "--json", paramLabel = "FILE", description = "write the whole result here, too")
  private @Nullable Path json;

  /** Creates the command; the configuration is loaded when it runs, as far as it is needed. */
  public EvaluateCommand(ConfigOptions options) {
    this.options = options;
  }

  @Override
  public Integer call() {
    check();
    try {
      EvaluationReport report = evaluate();
      if (json != null) {
        write(json, report);
      }
      PrintWriter out = spec.commandLine().getOut();
      ReportText.lines(report).forEach(out::println);
      out.flush();
      return 0;
    } catch (NoSuchFileException e) {
      throw new EvaluationException(e.getFile() + ": no such file; check the path", e);
    } catch (IOException e) { // its message names the file
      throw new EvaluationException(FileReason.of(e), e);
    } catch (TeacherException e) {
      throw new EvaluationException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void write(Path file, EvaluationReport report) {
    try {
      JSON.writeValue(file.toFile(), report);
    } catch (IOException e) {
      throw new EvaluationException(
          "--json %s cannot be written: %s".formatted(file, FileReason.of(e)), e);
    }
  }

  private void check() {
    source.check(spec);
    if (source.isGiven() == (topic != null)) {
      throw usage(
          topic == null
              ? "no examples are given; name them with --csv, --jsonl, --images or --topic"
              : "a file and --topic are both given; examples come from one of them");
    }
    if (!onError.equals("fail") && !onError.equals("skip")) {
      throw usage("--on-error must be fail or skip, got '" + onError + "'");
    }
    if (limit < 1) {
      throw usage("--limit must be >= 1, got " + limit);
    }
    var unused = newest();
  }

  private ParameterException usage(String problem) {
    return new ParameterException(spec.commandLine(), problem);
  }

  private long newest() {
    if (newest.equals("all")) {
      return TopicCases.ALL;
    }
    try {
      long records = Long.parseLong(newest);
      if (records >= 1) {
        return records;
      }
    } catch (NumberFormatException e) {
      throw usage("--newest must be a number >= 1 or all, got '" + newest + "'");
    }
    throw usage("--newest must be a number >= 1 or all, got '" + newest + "'");
  }

  private EvaluationReport evaluate() throws IOException {
    ModelUnderTest found = ModelUnderTest.find(model);
    EvaluationTask task =
        EvaluationTask.of(options, found, topic == null ? source.shape() : Optional.empty());
    Cases cases = cases(task);
    try (Classifier student = task.openModel();
        Classifier judge = openTeacher(task)) {
      Measurement measurement =
          new Measurement(student, judge, task.features(), task.classes().count());
      Scoreboard board = measurement.run(cases);
      requireFigures(board, cases);
      ModelFile file = ModelFile.read(found.file());
      return EvaluationReport.of(
          board,
          task.classes(),
          found,
          teacherName(task, cases),
          new EvaluationReport.Cost(
              file.parameters(), file.bytes(), measurement.millisPer1000(System::nanoTime)),
          new EvaluationReport.Data(cases.source(), cases.leftOut(), cases.teacherVersions()));
    }
  }

  private Cases cases(EvaluationTask task) {
    boolean skip = onError.equals("skip");
    if (topic == null) {
      return new FileCases(
          source.opener(task.features(), task.classes()),
          source.file().toString(),
          limit,
          new LeftOut(skip));
    }
    EvaluationTask.KafkaView view = task.kafka();
    String name =
        switch (topic) {
          case "soft-targets" -> view.topics().softTargets();
          case "transfer-set" -> view.topics().transferSet();
          default -> topic;
        };
    CaseDecoder decoder = new CaseDecoder(new Task(task.features(), task.classes()), skip);
    return new TopicCases(view.kafka(), name, newest(), decoder);
  }

  private @Nullable Classifier openTeacher(EvaluationTask task) {
    return teacher == null
        ? null
        : task.openTeacher(
            teacher.equals(CONFIGURED) ? Optional.empty() : Optional.of(Path.of(teacher)));
  }

  private @Nullable String teacherName(EvaluationTask task, Cases cases) {
    if (teacher != null) {
      return teacher.equals(CONFIGURED) ? task.configuredTeacher() : teacher;
    }
    Map<String, Long> versions = cases.teacherVersions();
    return versions.isEmpty()
        ? null
        : "soft targets of version "
            + (versions.size() == 1
                ? versions.keySet().iterator().next()
                : Figures.counts(versions));
  }

  private void requireFigures(Scoreboard board, Cases cases) {
    if (board.examples == 0) {
      throw new EvaluationException(
          "%s gives no example%s"
              .formatted(
                  cases.source(),
                  cases.leftOut().isEmpty()
                      ? "; is it the right one?"
                      : ": left out are " + Figures.counts(cases.leftOut())));
    }
    if (board.labelled == 0 && board.taught == 0) {
      throw new EvaluationException(
          "the %s of %s have no label, and there is no teacher; name the labels (--label-column, --labels), or a teacher (--teacher FILE, --teacher config), or take soft targets (--topic soft-targets)"
              .formatted(Counted.of(board.examples, "example"), cases.source()));
    }
  }
}
