package io.streamdistill.cli.produce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class IdSetTest {

  @Test
  void isASet() {
    IdSet ids = new IdSet(1 << 20);
    Set<String> expected = new HashSet<>();
    Random random = new Random(7);
    for (int i = 0; i < 200_000; i++) {
      String id = "id-" + random.nextInt(120_000) + (i % 3 == 0 ? "é" : "");

      assertThat(ids.add(id)).as(id).isEqualTo(expected.add(id));
    }
    assertThat(ids.size()).isEqualTo(expected.size());
  }

  @Test
  void saysWhenThereIsNoRoomForMore() {
    IdSet ids = new IdSet(1 << 10);

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 1_000; i++) {
                ids.add("id-" + i);
              }
            })
        .isInstanceOf(ProduceException.class)
        .hasMessageContainingAll("769 ids are the most", "--skip-sent");
    assertThat(ids.size()).isEqualTo(769);
  }

  @Test
  void mayTakeMostOfTheHeap() {
    IdSet ids = IdSet.forHeap();
    for (int i = 0; i < 10_000; i++) {
      ids.add("id-" + i);
    }
    assertThat(ids.size()).isEqualTo(10_000);
  }
}
