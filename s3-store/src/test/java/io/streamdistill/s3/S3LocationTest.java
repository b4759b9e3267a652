package io.streamdistill.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3LocationTest {

  private static final CheckpointId ID = new CheckpointId("small", "v1");

  @ParameterizedTest
  @CsvSource({
    "s3://models, small/v1/",
    "s3://models/, small/v1/",
    "s3://models/a/b, a/b/small/v1/",
    "s3://models/day=1/x.y_z-0/, day=1/x.y_z-0/small/v1/",
  })
  void readsBucketAndPrefix(String uri, String keyPrefix) {
    S3Location location = S3Location.parse(uri);

    assertThat(location.bucket()).isEqualTo("models");
    assertThat(location.keyPrefix(ID)).isEqualTo(keyPrefix);
    assertThat(S3Location.parse(location.toString())).isEqualTo(location);
    assertThat(location.uri(ID)).hasToString(location + "/small/v1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3:",
        "s3:models",
        "s3:///x",
        "s3://m",
        "S3://models",
        "s3://models//x",
        "s3://models/../x",
        "s3://models/.hidden",
        "s3://models/a b",
        "s3://models/ä",
        "s3://models/x?y",
        "s3://user:password@models/x"
      })
  void refusesWhatIsNoLocation(String uri) {
    assertThatThrownBy(() -> S3Location.parse(uri))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("s3://bucket/prefix");
  }

  @Test
  void namesAStudentWithASlashSoThatNoOtherBeginsLikeIt() {
    assertThat(S3Location.parse("s3://models/x").keyPrefix("small")).isEqualTo("x/small/");
  }
}
