package io.streamdistill.checkpoints.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.store.FileCheckpointStore;
import io.streamdistill.checkpoints.store.OpenStores;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.testkit.TestBroker;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestBroker.class)
class CheckpointPullerTest extends PullFixture {

  CheckpointPullerTest(TestBroker.Running broker) {
    super(broker);
  }

  @Test
  void pullsTheNewestFromEitherStore() {
    publish("v1");
    Manifest inKafka = publish("v2");
    assertThat(puller().pull("mnist", out)).isEqualTo(inKafka);

    Manifest inFiles = write("mnist", "v3");
    announce(inFiles, put(inFiles, "file:" + work.resolve("a store")));
    assertThat(puller().pull("mnist", work.resolve("new"))).isEqualTo(inFiles);

    assertThat(CheckpointVerifier.verify(out)).isEqualTo(inKafka);
    assertThat(CheckpointVerifier.verify(work.resolve("new"))).isEqualTo(inFiles);
  }

  @Test
  void anEmptyDirectoryGivesWayAndAFullOneIsLeftAlone() throws IOException {
    Manifest manifest = publish("v1");
    Files.createDirectory(out);
    Path full = Files.createDirectory(work.resolve("full"));
    Files.writeString(full.resolve("notes.txt"), "mine");

    assertThat(puller().pull("mnist", out)).isEqualTo(manifest);
    assertThat(CheckpointVerifier.verify(out)).isEqualTo(manifest);

    assertThatThrownBy(() -> puller().pull("mnist", full))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("is left alone; name another directory, such as " + full);
    assertThat(full.resolve("notes.txt")).hasContent("mine");
  }

  @Test
  void replacesAnOlderCheckpointOfTheStudent() throws IOException {
    publish("v1");
    puller().pull("mnist", out);
    Manifest newer = publish("v2");

    assertThat(puller().pull("mnist", out)).isEqualTo(newer);
    assertThat(CheckpointVerifier.verify(out)).isEqualTo(newer);
    try (var entries = Files.list(work)) {
      assertThat(entries.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("out", "out.versions", "source-v1", "source-v2");
    }
  }

  @Test
  void pullsTheVersionThatIsNamedAndNoOther() {
    Manifest older = publish("v1");
    publish("v2");

    assertThat(puller().pull("mnist", CheckpointChoice.version("v1"), out)).isEqualTo(older);
    assertThat(CheckpointVerifier.verify(out)).isEqualTo(older);
    assertThat(puller().pull("mnist", CheckpointChoice.version("v1"), out))
        .isEqualTo(older); // there already
    assertThatThrownBy(
            () -> puller().pull("mnist", CheckpointChoice.version("v3"), work.resolve("none")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("version 'v3' of student 'mnist' is not announced on topic")
        .hasMessageEndingWith("these are:\n  v1\n  v2");
    assertThatThrownBy(
            () -> puller().pull("minst", CheckpointChoice.version("v1"), work.resolve("none")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("no checkpoint of student 'minst' is announced");
    assertThat(work.resolve("none")).doesNotExist();
  }

  @Test
  void leavesTheNewestAloneWhenItIsThereAlready() throws IOException {
    Manifest manifest = publish("v1");
    puller().pull("mnist", out);
    Object before = Files.getAttribute(out, "unix:ino");

    assertThat(puller().pull("mnist", out)).isEqualTo(manifest);
    assertThat(Files.getAttribute(out, "unix:ino")).isEqualTo(before);
  }

  @Test
  void refusesToReplaceAnythingElse() throws IOException {
    publish("v1");
    Files.createDirectories(out);
    Files.writeString(out.resolve("mine.txt"), "mine");
    assertThatThrownBy(() -> puller().pull("mnist", out))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("left alone");

    Path changed = work.resolve("changed");
    puller().pull("mnist", changed);
    Files.writeString(changed.resolve("mine.txt"), "mine");
    publish("v2");
    assertThatThrownBy(() -> puller().pull("mnist", changed))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("mine.txt: is not in the manifest");

    Path otherStudent = work.resolve("other");
    Checkpoints.write(new CheckpointId("other", "v0"), otherStudent, 10);
    assertThatThrownBy(() -> puller().pull("mnist", otherStudent))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("student 'other'");

    Path newer = work.resolve("newer");
    Manifest future = Checkpoints.write(new CheckpointId("mnist", "v9"), newer, 10);
    assertThatThrownBy(() -> puller().pull("mnist", newer))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("newer version v9");

    assertThat(out.resolve("mine.txt")).hasContent("mine");
    assertThat(CheckpointVerifier.verify(newer)).isEqualTo(future);
  }

  @Test
  void fallsBackToTheNewestThatIsIntact() {
    Manifest intact = publish("v1");
    Manifest lost = publish("v2");
    try (CheckpointStore store = stores().open("kafka:")) {
      store.delete(lost.id());
    }
    announce(write("mnist", "v3"), URI.create("s3://bucket/mnist/v3"));

    assertThat(puller().pull("mnist", out)).isEqualTo(intact);
  }

  @Test
  void refusesWhatIsNotWhatWasAnnounced() {
    Manifest stored = write("mnist", "v1");
    URI location = put(stored, "kafka:");
    Announcement announcement = CheckpointLog.announcement(stored, location, Instant.EPOCH);
    List<FileEntry> files = new ArrayList<>(announcement.files());
    files.remove(0);
    send(announcement.with(files));

    assertThatThrownBy(() -> puller().pull("mnist", out))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("none of the 1 announced checkpoints of 'mnist'")
        .hasMessageContaining("config.json: is in the manifest, but was not announced");
    assertThat(out).doesNotExist();
  }

  @Test
  void tellsNothingAnnouncedFromNothingIntact() {
    assertThat(puller().pullIfAny("mnist", CheckpointChoice.latest(), out)).isEmpty();
    assertThatThrownBy(() -> puller().pull("mnist", out))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("no checkpoint of student 'mnist' is announced");

    announce(write("mnist", "v1"), URI.create("kafka:" + topics.checkpointFiles() + "/mnist/v1"));
    assertThatThrownBy(() -> puller().pullIfAny("mnist", CheckpointChoice.latest(), out))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("none of the 1 announced");
  }

  @Test
  void anAliasMayGoBackAndAVersionMayBeAnyOne() {
    Manifest first = publish("v1");
    Manifest second = publish("v2");
    promote("v2");
    assertThat(puller().pull("mnist", CHAMPION, out)).isEqualTo(second);

    promote("v1");
    assertThat(puller().pull("mnist", CHAMPION, out)).isEqualTo(first);
    assertThat(CheckpointVerifier.verify(out)).isEqualTo(first);

    assertThat(puller().pull("mnist", CheckpointChoice.version("v2"), out)).isEqualTo(second);
    assertThatThrownBy(() -> puller().pull("mnist", CheckpointChoice.version("v7"), out))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("version 'v7' of student 'mnist' is not announced");
    assertThat(CheckpointVerifier.verify(out)).isEqualTo(second);
  }

  @Test
  void anAliasThatStandsForNothingIsAnErrorThatSaysWhatToDo() {
    publish("v1");

    assertThatThrownBy(() -> puller().pull("mnist", CHAMPION, out))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("no alias 'champion' yet")
        .hasMessageContaining("distill promote");
    assertThat(out).doesNotExist();
  }

  @Test
  void keepsTheVersionBeforeForItsReadersAndNoOther() throws IOException {
    for (String version : List.of("v1", "v2", "v3")) {
      publish(version);
      puller().pull("mnist", out);
    }

    assertThat(out).isSymbolicLink();
    try (var versions = Files.list(work.resolve("out.versions"))) {
      assertThat(versions.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("v2", "v3");
    }
  }

  @Test
  void takesOverADirectoryThatAnOlderPullHasLeft() {
    Checkpoints.write(new CheckpointId("mnist", "v0"), out, 10);
    Manifest newer = publish("v1");

    assertThat(puller().pull("mnist", out)).isEqualTo(newer);

    assertThat(out).isSymbolicLink();
    assertThat(CheckpointVerifier.verify(out)).isEqualTo(newer);
  }

  @Test
  void fetchesAVersionAgainThatWasDamagedOnDisk() throws IOException {
    publish("v1");
    Manifest second = publish("v2");
    puller().pull("mnist", CheckpointChoice.version("v2"), out);
    puller().pull("mnist", CheckpointChoice.version("v1"), out);
    Files.writeString(work.resolve("out.versions").resolve("v2").resolve("model.onnx"), "damaged");

    assertThat(puller().pull("mnist", CheckpointChoice.version("v2"), out)).isEqualTo(second);

    assertThat(CheckpointVerifier.verify(out)).isEqualTo(second);
  }

  /** A pull that has read what is announced, and waits for {@code goOn} before it copies. */
  private CompletableFuture<Manifest> aboutToCopy(CountDownLatch goOn) throws Exception {
    return held((asked, store) -> new HeldStore(store, asked, goOn));
  }

  /** A pull that is held by a store that {@code holding} makes of a latch and the real one. */
  private CompletableFuture<Manifest> held(
      BiFunction<CountDownLatch, CheckpointStore, CheckpointStore> holding) throws Exception {
    Cluster cluster = Cluster.of(kafka, topics);
    CountDownLatch asked = new CountDownLatch(1);
    OpenStores held =
        new OpenStores(
            (location, id) -> holding.apply(asked, new CheckpointStores(cluster).at(location, id)));
    CompletableFuture<Manifest> pull =
        CompletableFuture.supplyAsync(
            () ->
                new CheckpointPuller(cluster, PullOptions.defaults(), false, held)
                    .pull("mnist", out));
    assertThat(asked.await(1, TimeUnit.MINUTES)).isTrue();
    return pull;
  }

  /** A checkpoint in a directory that is deleted in the middle of a pull. */
  private CheckpointId announceInDirectory(Path store) {
    Manifest manifest = write("mnist", "v1");
    announce(manifest, put(manifest, "file:" + store));
    return manifest.id();
  }

  /** Retention deletes the very version that is to be copied; a newer one is announced by then. */
  @Test
  void whoIsOvertakenByRetentionGoesOnToTheNextVersion() throws Exception {
    Path store = work.resolve("store");
    CheckpointId slow = announceInDirectory(store);
    CountDownLatch goOn = new CountDownLatch(1);
    CompletableFuture<Manifest> pull = aboutToCopy(goOn);

    Manifest next = publish("v2");
    withdraw(slow);
    new FileCheckpointStore(store).delete(slow);
    goOn.countDown();

    assertThat(pull.get(1, TimeUnit.MINUTES)).isEqualTo(next);
    assertThat(CheckpointVerifier.verify(out)).isEqualTo(next);
  }

  @Test
  void whatWasDeletedWhileItWasPulledAndHasNoSuccessorIsAnErrorThatSaysSo() throws Exception {
    Path store = work.resolve("store");
    CheckpointId slow = announceInDirectory(store);
    CountDownLatch goOn = new CountDownLatch(1);
    CompletableFuture<Manifest> pull =
        held((asked, from) -> HeldStore.behindTheManifest(from, asked, goOn));

    new FileCheckpointStore(store).delete(slow);
    goOn.countDown();

    assertThatThrownBy(() -> pull.get(1, TimeUnit.MINUTES))
        .hasCauseInstanceOf(CheckpointException.class)
        .hasMessageContaining("mnist/v1")
        .hasMessageContaining("was it deleted just now?");
    assertThat(out).doesNotExist();
  }

  private void withdraw(CheckpointId id) {
    ProducerRecord<byte[], byte[]> record = CheckpointLog.withdrawal(topics.checkpoints(), id);
    broker.send(record.topic(), record.partition(), record.key(), record.value());
  }
}
