package io.streamdistill.student.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class ConfigurationDiffTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void namesEveryKeyThatDiffersWithBothValues() throws Exception {
    var before =
        JSON.readTree("{\"rate\": {\"base\": 0.05, \"steps\": 9}, \"gone\": 1, \"hidden\": [8]}");
    var now = JSON.readTree("{\"rate\": {\"base\": 0.01, \"steps\": 9}, \"hidden\": [8, 8]}");

    assertThat(ConfigurationDiff.between(before, now))
        .containsExactly("gone: 1 -> not set", "hidden: [8] -> [8,8]", "rate.base: 0.05 -> 0.01");
  }

  /** What was read from a file has ints where the program has longs. */
  @Test
  void aNumberIsWhatItIsWrittenAs() throws Exception {
    ObjectNode now = JSON.createObjectNode();
    now.put("seed", 42L);
    now.put("share", 0.1);

    assertThat(ConfigurationDiff.between(JSON.readTree("{\"seed\": 42, \"share\": 0.1}"), now))
        .isEmpty();
  }
}
