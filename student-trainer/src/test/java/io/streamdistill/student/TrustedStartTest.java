package io.streamdistill.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.trust.KeyFiles;
import io.streamdistill.config.ConfigException;
import io.streamdistill.kafka.TopicsConfig;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainers that begin with signed checkpoints only. */
class TrustedStartTest {

  private static final int EXAMPLES = 200;

  @TempDir static Path directory;
  static SoftTargetFixture fixture;
  static TopicsConfig topics;
  static KeyFiles ours;
  static KeyFiles theirs;

  @BeforeAll
  static void start() {
    fixture = new SoftTargetFixture(directory);
    topics = fixture.createTopics(1);
    fixture.produce(topics, SoftTargetFixture.softTargets(EXAMPLES, 1));
    ours = KeyFiles.create(directory.resolve("ours"), new SecureRandom());
    theirs = KeyFiles.create(directory.resolve("theirs"), new SecureRandom());
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static StudentConfig student(String name, int passes, String... settings) {
    return fixture.student(name, passes, EXAMPLES, settings);
  }

  private static String signedWith(KeyFiles keys) {
    return "checkpoint.signing-key-file=" + keys.signingKey();
  }

  private static String trusting(KeyFiles keys) {
    return "checkpoint.trusted-key-files=[" + keys.publicKey() + "]";
  }

  private static Manifest pulled(String student, String directoryName) {
    return new CheckpointPuller(Cluster.of(fixture.kafka, topics))
        .pull(student, directory.resolve(directoryName));
  }

  /** Whoever can write to the store cannot put weights of his own under the next signature. */
  @Test
  void resumesFromTheNewestThatIsTrusted() throws Exception {
    fixture.train(student("mine", 1, signedWith(ours)), topics);
    Manifest first = pulled("mine", "first");
    fixture.train(student("mine", 2, signedWith(theirs)), topics);
    Manifest foreign = pulled("mine", "foreign");
    assertThat(foreign.parent()).isEqualTo(first.version());

    fixture.train(student("mine", 3, trusting(ours), signedWith(ours)), topics);

    Manifest last = pulled("mine", "last");
    assertThat(last.parent()).isEqualTo(first.version());
    assertThat(last.version()).isGreaterThan(foreign.version());
    assertThat(last.examplesSeen()).isEqualTo(3 * EXAMPLES);
  }

  @Test
  void resumesFromItsOwnAsWellAsFromThoseOfTheOthers() throws Exception {
    fixture.train(student("own", 1, trusting(theirs), signedWith(ours)), topics);

    fixture.train(student("own", 2, trusting(theirs), signedWith(ours)), topics);

    assertThat(pulled("own", "own").examplesSeen()).isEqualTo(2 * EXAMPLES);
  }

  @Test
  void doesNotBeginAnewWhereNothingIsTrusted() throws Exception {
    fixture.train(student("unsigned", 1), topics);

    assertThatThrownBy(() -> fixture.train(student("unsigned", 2, trusting(ours)), topics))
        .isInstanceOf(StudentException.class)
        .hasMessageContaining("none can be resumed from")
        .hasMessageContaining("is not signed, and only checkpoints signed with")
        .hasMessageContaining(ours.keyId())
        .hasMessageEndingWith("trusted-key-files out until a signed checkpoint is there");
    assertThat(pulled("unsigned", "unsigned").examplesSeen()).isEqualTo(EXAMPLES);
  }

  @Test
  void startsWithTrustedWeightsOnly() throws Exception {
    fixture.train(student("giver", 1, signedWith(theirs)), topics);
    Manifest giver = pulled("giver", "giver");

    for (String from : List.of("giver@latest", directory.resolve("giver").toString())) {
      StudentConfig config = student("taker", 1, "init-from=" + from, trusting(ours));
      assertThatThrownBy(() -> fixture.start(config, topics))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("is not trusted")
          .hasMessageContaining("is signed with key " + theirs.keyId());
    }
    fixture.train(student("taker", 1, "init-from=giver@latest", trusting(theirs)), topics);

    assertThat(pulled("taker", "taker").initFrom())
        .satisfies(origin -> assertThat(origin.id()).isEqualTo(giver.id()));
  }

  @Test
  void saysWhatIsNoKey() {
    StudentConfig wrong =
        student("wrong", 1, "checkpoint.trusted-key-files=[" + ours.signingKey() + "]");

    assertThatThrownBy(() -> fixture.start(wrong, topics))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("student.checkpoint.trusted-key-files: ")
        .hasMessageContaining("holds a PRIVATE KEY where a PUBLIC KEY is wanted");
  }
}
