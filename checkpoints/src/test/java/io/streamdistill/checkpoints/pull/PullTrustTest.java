package io.streamdistill.checkpoints.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.testkit.TestBroker;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestBroker.class)
class PullTrustTest extends PullFixture {

  PullTrustTest(TestBroker.Running broker) {
    super(broker);
  }

  @Test
  void pullsOnlyWhatIsSignedByATrustedKey() {
    SigningKey ours = key("ours");
    SigningKey theirs = key("theirs");
    Manifest first = publishSigned("v1", ours);
    publishSigned("v2", theirs);
    publish("v3");

    assertThat(puller(ours.trusted()).pull("mnist", out)).isEqualTo(first);
    assertThatThrownBy(
            () -> puller(ours.trusted()).pull("mnist", CheckpointChoice.version("v2"), out))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("manifest.json is not trusted: mnist/v2 is signed with key");
    assertThatThrownBy(
            () -> puller(ours.trusted()).pull("mnist", CheckpointChoice.version("v3"), out))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("mnist/v3 is not signed");
    assertThat(CheckpointVerifier.verify(out)).isEqualTo(first);
    assertThat(
            puller(ours.trusted().and(theirs.trusted()))
                .pull("mnist", CheckpointChoice.version("v2"), out)
                .version())
        .isEqualTo("v2");
  }

  @Test
  void whatWasPulledWithoutAKeyIsNotTakenOver() {
    Manifest unsigned = publish("v1");
    puller().pull("mnist", out);
    SigningKey ours = key("ours");

    assertThatThrownBy(() -> puller(ours.trusted()).pull("mnist", out))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("is mnist/v1 already, which it would not become now; remove it")
        .hasMessageContaining("mnist/v1 is not signed");
    assertThat(CheckpointVerifier.verify(out)).isEqualTo(unsigned);

    Manifest signed = publishSigned("v2", ours);
    assertThat(puller(ours.trusted()).pull("mnist", out)).isEqualTo(signed);
    assertThatThrownBy( // still there, in out.versions
            () -> puller(ours.trusted()).pull("mnist", CheckpointChoice.version("v1"), out))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("mnist/v1 is not signed");
    assertThat(CheckpointVerifier.verify(out)).isEqualTo(signed);
    assertThat(work.resolve("out.versions").resolve("v1")).exists();
  }

  @Test
  void pullsNoModelWithOperatorsThatStudentsDoNotHave() throws IOException {
    Manifest first = publish("v1");
    puller().pull("mnist", out);
    Manifest hostile = write("mnist", "v2");
    Files.write(source("v2").resolve("model.onnx"), new byte[] {1, 2, 3});
    hostile = hostile.write(source("v2"));
    announce(hostile, put(hostile, "kafka:"));

    assertThatThrownBy(() -> puller().pull("mnist", CheckpointChoice.version("v2"), out))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model.onnx is no model of a student");
    assertThat(CheckpointVerifier.verify(out)).isEqualTo(first);
  }
}
