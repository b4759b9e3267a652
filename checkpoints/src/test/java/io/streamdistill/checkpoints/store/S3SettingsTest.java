package io.streamdistill.checkpoints.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3SettingsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"", "http://minio:9000", "https://rgw.example.com/", "https://[2001:db8::1]:9000"})
  void takesTheUrlOfAService(String endpoint) {
    assertThat(new S3Settings(endpoint, "", true).endpoint()).isEqualTo(endpoint);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "minio:9000",
        "s3://models",
        "http://",
        "http://minio:9000/models",
        "http://minio:9000?x=y",
        "http://user:password@minio:9000",
        "http://a b"
      })
  void refusesWhatIsMoreOrLessThanThat(String endpoint) {
    assertThatThrownBy(() -> new S3Settings(endpoint, "", false))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("s3.endpoint");
  }

  @Test
  void refusesARegionThatIsNone() {
    assertThatThrownBy(() -> new S3Settings("", "eu central", false))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("s3.region");
  }
}
