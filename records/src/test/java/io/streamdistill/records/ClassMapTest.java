package io.streamdistill.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassMapTest {

  @Test
  void hashesLengthPrefixedNames() {
    // printf '3:cat4:h\303\251n' | sha256sum | cut -c 1-16
    assertThat(new ClassMap(List.of("cat", "hén")).hash()).isEqualTo("df55c5f80168997f");
  }

  @Test
  void hashDependsOnOrderAndBoundaries() {
    assertThat(
            List.of(
                new ClassMap(List.of("a", "b")).hash(),
                new ClassMap(List.of("b", "a")).hash(),
                new ClassMap(List.of("ab", "c")).hash(),
                new ClassMap(List.of("a", "bc")).hash()))
        .doesNotHaveDuplicates();
    assertThat(new ClassMap(List.of("0", "1", "2"))).isEqualTo(ClassMap.ofCount(3));
  }

  @Test
  void refusesWhatNamesNoClasses() {
    for (List<String> names :
        List.of(List.<String>of(), List.of("one"), List.of("a", "a"), List.of("a", " "))) {
      assertThatThrownBy(() -> new ClassMap(names))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("classes.names");
    }
    assertThatThrownBy(() -> ClassMap.ofCount(1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("classes.count must be >= 2, got 1");
    assertThatThrownBy(() -> ClassMap.ofCount(2_000_000_000))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("classes.count must be at most 1000000, got 2000000000");
    assertThatThrownBy(() -> new ClassMap(List.of("a", "b".repeat(3_000_000))))
        .hasMessageContaining("class 1 has 3000000 characters")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
    assertThatThrownBy(() -> new ClassMap(List.of("a", "b", "a")))
        .hasMessageContaining("class 2 is 'a' again");
  }
}
