package io.streamdistill.student;

import static io.streamdistill.config.Require.require;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.config.ConfigException;
import io.streamdistill.config.Directories;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.student.publish.CheckpointConfig;
import io.streamdistill.student.publish.InitFrom;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** Whether the files and the store that a configuration names can be used by a trainer. */
public final class StudentFiles {

  private final StudentConfig config;
  private final FeatureContract features;
  private final ClassMap classes;
  private final List<String> problems = new ArrayList<>();

  private StudentFiles(StudentConfig config, FeatureContract features, ClassMap classes) {
    this.config = config;
    this.features = features;
    this.classes = classes;
  }

  /** What is wrong, a message each. Kafka and S3 are not asked. */
  public static List<String> problems(
      StudentConfig config, FeatureContract features, ClassMap classes) {
    StudentFiles files = new StudentFiles(config, features, classes);
    files.attempt(
        "student.checkpoint.store: ", () -> CheckpointStores.check(config.checkpoint().store()));
    files.attempt(
        "",
        () ->
            Directories.requireWritable(
                "student.checkpoint.work-dir", config.checkpoint().workDir()));
    files.attempt("", files::keys);
    files.attempt("", files::network);
    files.attempt("student.init-from: ", files::start);
    return files.problems;
  }

  private void attempt(String key, Runnable check) {
    try {
      check.run();
    } catch (ConfigException | CheckpointException e) {
      String message = String.valueOf(e.getMessage());
      problems.add(message.startsWith("student.") ? message : key + message);
    }
  }

  private void keys() {
    SigningKey own = CheckpointConfig.signingKey(config.checkpoint().signingKeyFile());
    TrustedKeys unused = config.checkpoint().trustedKeys(own);
  }

  private void network() {
    StudentSpec student = StudentNetwork.spec(config, features, classes);
    StudentPlan unused = StudentNetwork.engine(config, student).plan(student);
  }

  private void start() {
    if (!config.initFrom().isEmpty()
        && InitFrom.parse(config.initFrom()) instanceof InitFrom.Directory directory) {
      require(
          Files.isDirectory(directory.path()),
          "student.init-from %s is no directory; name one that 'distill pull' has written, or a checkpoint as STUDENT@ALIAS",
          directory.path());
      CheckpointVerifier.verify(directory.path());
    }
  }
}
