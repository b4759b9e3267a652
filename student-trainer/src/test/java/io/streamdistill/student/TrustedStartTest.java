package io.streamdistill.student;

import static io.streamdistill.student.Changed.with;
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

  private static StudentConfig signedWith(KeyFiles keys, String name, int passes) {
    return with(
        fixture.student(name, passes, EXAMPLES),
        "checkpoint.signingKeyFile",
        keys.signingKey().toString());
  }

  private static StudentConfig trusting(KeyFiles keys, StudentConfig config) {
    return with(config, "checkpoint.trustedKeyFiles", List.of(keys.publicKey().toString()));
  }

  private static Manifest pulled(String student, String directoryName) {
    return new CheckpointPuller(Cluster.of(fixture.kafka, topics))
        .pull(student, directory.resolve(directoryName));
  }

  /** Whoever can write to the store cannot put weights of his own under the next signature. */
  @Test
  void resumesFromTheNewestThatIsTrusted() throws Exception {
    fixture.train(signedWith(ours, "mine", 1), topics);
    Manifest first = pulled("mine", "first");
    fixture.train(signedWith(theirs, "mine", 2), topics);
    Manifest foreign = pulled("mine", "foreign");
    assertThat(foreign.parent()).isEqualTo(first.version());

    fixture.train(trusting(ours, signedWith(ours, "mine", 3)), topics);

    Manifest last = pulled("mine", "last");
    assertThat(last.parent()).isEqualTo(first.version());
    assertThat(last.version()).isGreaterThan(foreign.version());
    assertThat(last.examplesSeen()).isEqualTo(3 * EXAMPLES);
  }

  @Test
  void resumesFromItsOwnAsWellAsFromThoseOfTheOthers() throws Exception {
    fixture.train(trusting(theirs, signedWith(ours, "own", 1)), topics);

    fixture.train(trusting(theirs, signedWith(ours, "own", 2)), topics);

    assertThat(pulled("own", "own").examplesSeen()).isEqualTo(2 * EXAMPLES);
  }

  @Test
  void doesNotBeginAnewWhereNothingIsTrusted() throws Exception {
    fixture.train(fixture.student("unsigned", 1, EXAMPLES), topics);

    assertThatThrownBy(
            () -> fixture.train(trusting(ours, fixture.student("unsigned", 2, EXAMPLES)), topics))
        .isInstanceOf(StudentException.class)
        .hasMessageContaining("none can be resumed from")
        .hasMessageContaining("is not signed, and only checkpoints signed with")
        .hasMessageContaining(ours.keyId())
        .hasMessageEndingWith("trusted-key-files out until a signed checkpoint is there");
    assertThat(pulled("unsigned", "unsigned").examplesSeen()).isEqualTo(EXAMPLES);
  }

  @Test
  void startsWithTrustedWeightsOnly() throws Exception {
    fixture.train(signedWith(theirs, "giver", 1), topics);
    Manifest giver = pulled("giver", "giver");
    StudentConfig taker = fixture.student("taker", 1, EXAMPLES);

    for (String from : List.of("giver@latest", directory.resolve("giver").toString())) {
      StudentConfig config = with(taker, "initFrom", from);
      assertThatThrownBy(() -> fixture.start(trusting(ours, config), topics))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("is not trusted")
          .hasMessageContaining("is signed with key " + theirs.keyId());
    }
    fixture.train(trusting(theirs, with(taker, "initFrom", "giver@latest")), topics);

    assertThat(pulled("taker", "taker").initFrom())
        .satisfies(origin -> assertThat(origin.id()).isEqualTo(giver.id()));
  }

  @Test
  void saysWhatIsNoKey() {
    StudentConfig config = fixture.student("wrong", 1, EXAMPLES);
    StudentConfig wrong =
        with(config, "checkpoint.trustedKeyFiles", List.of(ours.signingKey().toString()));

    assertThatThrownBy(() -> fixture.start(wrong, topics))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("student.checkpoint.trusted-key-files: ")
        .hasMessageContaining("holds a PRIVATE KEY where a PUBLIC KEY is wanted");
  }
}
