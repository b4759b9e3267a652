package io.streamdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.streamdistill.cli.AclTable.Acl;
import io.streamdistill.cli.RecordingAuthorizer.Asked;
import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.cli.process.Launch;
import io.streamdistill.exit.ExitStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The whole product on a cluster with TLS, SCRAM and ACLs, one user a role, each with what
 * docs/security.md grants it and nothing else.
 */
final class SecuredClusterTest {

  private static final Path TOP = Path.of("..").toAbsolutePath().normalize();
  private static final Path IMAGES =
      TOP.resolve("datasets").resolve("mnist").resolve("train-images-idx3-ubyte.gz");
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String STUDENT = "guarded";

  @TempDir private static Path folder;
  private static SecuredBroker broker;
  private static Admin admin;
  private static List<Acl> acls;

  @BeforeAll
  static void grantWhatTheDocumentSays() throws Exception {
    broker = SecuredBroker.start(folder.resolve("broker"));
    admin = Admin.create(broker.adminClient());
    acls = AclTable.read(TOP.resolve("docs").resolve("security.md"), STUDENT);
    List<String> roles = acls.stream().map(Acl::role).distinct().toList();
    List<UserScramCredentialAlteration> users = new ArrayList<>();
    for (String role : roles) {
      users.add(
          new UserScramCredentialUpsertion(
              role, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), secret(role)));
      configuration(role);
    }
    admin.alterUserScramCredentials(users).all().get();
    admin.createAcls(acls.stream().map(Acl::binding).toList()).all().get();
  }

  @AfterAll
  static void stop() {
    admin.close();
    broker.close();
  }

  private static String secret(String role) {
    return role + "-secret";
  }

  /** As the document shows it: secrets come from a file, by a config provider. */
  private static Path configuration(String role) throws Exception {
    Path secrets = Files.createDirectories(folder.resolve("secrets")).resolve(role + ".properties");
    Files.writeString(secrets, "password=" + secret(role) + "\n");
    return Files.writeString(
        folder.resolve(role + ".yaml"),
        """
        kafka:
          bootstrap.servers: "%s"
          security.protocol: SASL_SSL
          sasl.mechanism: SCRAM-SHA-512
          sasl.jaas.config: >-
            org.apache.kafka.common.security.scram.ScramLoginModule required
            username="%s" password="${file:%s:password}";
          ssl.truststore.type: PEM
          ssl.truststore.location: "%s"
          config.providers: file
          config.providers.file.class: org.apache.kafka.common.config.provider.FileConfigProvider
          config.providers.file.param.allowed.paths: "%s"
        topics: {partitions: 2}
        features: {shape: [784]}
        classes: {count: 10}
        teacher:
          members: [{model: "%s"}]
        student:
          name: %s
          network: {hidden: [20]}
          checkpoint: {every: 1s}
          gate: {hold-out-share: 0.2}
        """
            .formatted(
                broker.bootstrapServers(),
                role,
                secrets,
                broker.certificate(),
                secrets.getParent(),
                TOP.resolve("models/mnist-teacher/model.onnx"),
                STUDENT));
  }

  private record Ended(int code, String output) {}

  private static Ended run(String role, String... arguments) {
    StringWriter out = new StringWriter();
    PrintWriter writer = new PrintWriter(out, true);
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--config", folder.resolve(role + ".yaml").toString()));
    int code =
        Distill.commandLine(Map.of(), folder)
            .setOut(writer)
            .setErr(writer)
            .execute(all.toArray(String[]::new));
    return new Ended(code, out.toString());
  }

  private static String succeeds(String role, String... arguments) {
    Ended ended = run(role, arguments);
    assertThat(ended.code()).as(ended.output() + denials()).isZero();
    return ended.output();
  }

  private static DistillProcess start(String role, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--config", folder.resolve(role + ".yaml").toString()));
    return DistillProcess.start(
        Launch.of(folder.resolve(role + ".log"), all.toArray(String[]::new)).in(folder));
  }

  @Test
  void everyRoleDoesItsWorkWithTheLeastPermissions() throws Exception {
    needsAllOfIts("operator", "topics", "create");
    String[] produce = {"produce", "--images", IMAGES.toString(), "--limit"};
    needsAllOfIts("producer", with(produce, "300"));
    String other = "--set=features.type=f32"; // rejected, whatever is in it
    succeeds("producer", with(produce, "5", other));
    try (DistillProcess teacher = start("teacher", "teacher", "--port", "0")) {
      teacher.awaitLine(Pattern.compile("^teacher \\S+ runs: .*"), PATIENCE);
      garbage("soft-targets");
      trains(0);
      succeeds("producer", with(produce, "300"));
      trains(checkpoints()); // on from its last one
    }
    assertThat(succeeds("librarian", "dead-letters", "count"))
        .contains("6 dead letters in topic dead-letters");
    needsAllOfIts("librarian", "dead-letters", "replay", "--rejected-by", "streamdistill-teacher");

    String listing = succeeds("puller", "checkpoints", "--student", STUDENT);
    String version = listing.lines().skip(1).findFirst().orElseThrow().split(" +", 2)[0];
    needsAllOfIts(
        "promoter", "promote", "--student", STUDENT, "--version", version, "--reason", "tried");
    String out = folder.resolve("pulled").toString();
    needsAllOfIts("puller", "pull", "--student", STUDENT, "--alias", "champion", "--out", out);
    String model = folder.resolve("pulled").resolve("model.onnx").toString();
    needsAllOfIts(
        "evaluator", "evaluate", "--model", model, "--topic", "soft-targets", "--on-error", "skip");

    assertThat(unused()).as("too much in docs/security.md").isEmpty();
  }

  /** Until there is one checkpoint more. */
  private static void trains(long before) throws Exception {
    try (DistillProcess trainer = start("trainer", "trainer", "--port", "0")) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(checkpoints())
                      .as(() -> trainer.output() + denials())
                      .isGreaterThan(before));
      trainer.stop();
      assertThat(trainer.awaitExit(PATIENCE)).as(trainer::output).isEqualTo(143);
    }
  }

  private static long checkpoints() {
    Ended listing = run("puller", "checkpoints", "--student", STUDENT);
    return listing.code() == 0 ? listing.output().lines().count() - 1 : 0;
  }

  /** Takes each permission away in turn, which the command must not survive; then it succeeds. */
  private static void needsAllOfIts(String role, String... arguments) throws Exception {
    for (Acl acl : acls.stream().filter(one -> one.role().equals(role)).toList()) {
      admin.deleteAcls(List.of(acl.binding().toFilter())).all().get();
      await().until(() -> admin.describeAcls(acl.binding().toFilter()).values().get().isEmpty());
      Ended ended = run(role, arguments);
      assertThat(ended.code()).as("without %s: %s", acl, ended.output()).isNotZero();
      assertThat(ended.output())
          .as("without %s", acl)
          .contains(acl.name())
          .doesNotContain("not foreseen");
      admin.createAcls(List.of(acl.binding())).all().get();
      await().until(() -> !admin.describeAcls(acl.binding().toFilter()).values().get().isEmpty());
    }
    RecordingAuthorizer.ASKED.removeIf(asked -> asked.user().equals(role) && !asked.allowed());
    succeeds(role, arguments);
    assertThat(denials()).as("missing in docs/security.md").isEmpty();
  }

  @Test
  void secretsOfProvidersAreNotShown() {
    Ended shown = run("producer", "config", "--effective", "--no-files");

    assertThat(shown.code()).as(shown.output()).isZero();
    assertThat(shown.output())
        .contains("kafka.sasl.jaas.config", "****", "kafka.config.providers.file.class")
        .doesNotContain(secret("producer"), "no Kafka client knows");
  }

  @Test
  void aSecretOutsideTheAllowedPathsIsNotRead() {
    Ended refused =
        run(
            "operator",
            "topics",
            "create",
            "--set",
            "kafka.config.providers.file.param.allowed.paths=" + folder.resolve("broker"));

    assertThat(refused.code()).isNotZero();
    assertThat(refused.output())
        .containsIgnoringCase("authentication failed")
        .doesNotContain(secret("operator"), "not foreseen");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "operator topics create",
        "operator topics repair",
        "teacher teacher --set teacher.http.port=0",
        "trainer trainer --set student.http.port=0",
        "puller pull --student guarded --out served",
        "puller checkpoints --student guarded",
        "promoter promote --student guarded --version latest --reason none",
        "librarian dead-letters",
        "librarian dead-letters replay"
      })
  @Timeout(60)
  void aWrongPasswordEndsACommandWithALine(String roleAndArguments) {
    List<String> words = List.of(roleAndArguments.split(" "));
    String wrong =
        "kafka.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required"
            + " username=\"%s\" password=\"mistyped\";".formatted(words.get(0));

    Ended refused =
        run(
            words.get(0),
            with(words.subList(1, words.size()).toArray(String[]::new), "--set", wrong));

    assertThat(refused.code())
        .as(refused.output())
        .isPositive()
        .isNotEqualTo(ExitStatus.OUTAGE.code());
    assertThat(refused.output())
        .containsIgnoringCase("authentication failed")
        .doesNotContain("not foreseen", "mistyped", "\tat ");
  }

  private static void garbage(String topic) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            broker.adminClient(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, 0, null, new byte[] {1, 2, 3})).get();
    }
  }

  private static String[] with(String[] arguments, String... more) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  /** What was asked for and refused, as rows of the document. */
  private static List<String> denials() {
    return RecordingAuthorizer.ASKED.stream()
        .filter(asked -> !asked.allowed() && asked.needed())
        .map(
            asked ->
                new Acl(asked.user(), asked.type(), asked.name(), false, asked.operation())
                    .toString())
        .sorted()
        .toList();
  }

  /** Permissions whose removal would have denied nothing that was asked for. */
  private static List<Acl> unused() {
    return acls.stream()
        .filter(
            acl ->
                RecordingAuthorizer.ASKED.stream()
                    .noneMatch(asked -> isAllowedByNoneBut(acl, asked)))
        .toList();
  }

  private static boolean isAllowedByNoneBut(Acl acl, Asked asked) {
    return asked.needed()
        && acl.allows(asked)
        && acls.stream().filter(other -> other.allows(asked)).count() == 1;
  }
}
