package io.streamdistill.teacher.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import io.streamdistill.teacher.TeacherConfig;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every provider promises: to be chosen by its key, and teachers that keep their contract. */
public abstract class TeacherProviderContract extends TeacherContract {

  /** The provider. */
  protected abstract TeacherProvider<?> provider();

  /** Keys of a member as a user writes them, without the brackets: {@code model: m.onnx}. */
  protected abstract String member();

  /** Keys of a member whose teacher cannot be opened, now or later. */
  protected abstract String brokenMember();

  private static TeacherMember member(String keys) {
    return TeacherConfig.of("members=[{%s}]".formatted(keys)).members().get(0);
  }

  private Teacher open(String keys) {
    return TeacherProviders.open(
        member(keys), new TeacherSpec(task(), BATCH, 1), Opening.unminded());
  }

  @Override
  protected final Teacher open() {
    return open(member());
  }

  @Test
  void isChosenByItsKey() {
    assertThat(provider().name()).matches("[a-z][a-z0-9-]*");
    assertThat(provider().key()).matches("[a-z][a-z0-9-]*");
    assertThat(member(member())).isInstanceOf(provider().settings());
    assertThat(member(member()).weight()).isEqualTo(1);
    assertThat(member(member()).label()).isNotBlank();
    assertThat(member(member() + ", weight: 2.5").weight()).isEqualTo(2.5);
  }

  @Test
  void saysWhichKeyChoosesItWhenAnotherOneIsUnknown() {
    assertThatThrownBy(() -> member(member() + ", no-such-key: 1"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("teacher.members[0].no-such-key")
        .hasMessageContaining("%s (%s)".formatted(provider().key(), provider().name()));
  }

  @Test
  void refusesAWeightThatIsNone() {
    for (String weight : List.of("0", "-1")) {
      assertThatThrownBy(() -> member(member() + ", weight: " + weight))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("weight");
    }
  }

  @Test
  void saysWhyATeacherCannotBeOpened() {
    assertThatThrownBy(() -> open(brokenMember()))
        .isInstanceOf(TeacherException.class)
        .satisfies(e -> assertThat(e.getMessage()).isNotBlank());
  }

  /** Else it would be another teacher after a restart. */
  @Test
  void keysOfAMemberAreComparedByValue() {
    assertThat(member(member())).isEqualTo(member(member())).hasSameHashCodeAs(member(member()));
    assertThat(Arrays.stream(provider().settings().getRecordComponents()))
        .noneMatch(component -> component.getType().isArray());
  }
}
