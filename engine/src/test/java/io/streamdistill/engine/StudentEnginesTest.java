package io.streamdistill.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import io.streamdistill.engine.StudentSpec.Dense;
import io.streamdistill.engine.StudentSpec.Described;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StudentEnginesTest {

  private static final StudentSpec DENSE = student(new Dense(List.of(5)));
  private static final StudentSpec DESCRIBED = student(new Described("slow", "{}", "net.json"));

  @TempDir private Path folder;

  private static StudentSpec student(StudentSpec.Network network) {
    return new StudentSpec(4, 3, network, OptimizerConfig.sgd(), 1);
  }

  /** Does nothing; only whether it would is asked. */
  private abstract static class Named implements StudentEngine {

    @Override
    public Optional<String> objection(StudentSpec student) {
      return Optional.empty();
    }

    @Override
    public String prepare(int threads) {
      throw new UnsupportedOperationException();
    }

    @Override
    public StudentPlan plan(StudentSpec student) {
      throw new UnsupportedOperationException();
    }

    @Override
    public StudentPlan planUntrusted(StudentSpec student) {
      throw new UnsupportedOperationException();
    }
  }

  /** Takes every network. */
  public static final class Slow extends Named {
    @Override
    public String name() {
      return "slow";
    }

    @Override
    public int rank() {
      return 0;
    }
  }

  /** Takes dense nets, and is preferred for these. */
  public static final class Fast extends Named {
    @Override
    public String name() {
      return "fast";
    }

    @Override
    public int rank() {
      return 10;
    }

    @Override
    public Optional<String> objection(StudentSpec student) {
      return student.network() instanceof Dense
          ? Optional.empty()
          : Optional.of("takes dense nets only");
    }
  }

  /** Has the name of another one. */
  public static final class Fake extends Named {
    @Override
    public String name() {
      return "slow";
    }

    @Override
    public int rank() {
      return 0;
    }
  }

  private StudentEngines engines(Class<?>... types) {
    try {
      Path services = Files.createDirectories(folder.resolve("META-INF/services"));
      Files.write(
          services.resolve(StudentEngine.class.getName()),
          List.of(types).stream().map(Class::getName).toList());
      URL[] path = {folder.toUri().toURL()};
      return StudentEngines.of(
          ServiceLoader.load(
              StudentEngine.class, new URLClassLoader(path, getClass().getClassLoader())));
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void automaticallyTheOneThatRanksHighestOfThoseThatCan() {
    StudentEngines engines = engines(Slow.class, Fast.class);

    assertThat(engines.choose(StudentEngines.AUTO, DENSE)).isInstanceOf(Fast.class);
    assertThat(engines.choose(StudentEngines.AUTO, DESCRIBED)).isInstanceOf(Slow.class);
    assertThat(engines.choose("slow", DENSE)).isInstanceOf(Slow.class);
  }

  @Test
  void anUnknownOneIsToldWithThoseThatThereAre() {
    assertThatThrownBy(() -> engines(Slow.class, Fast.class).choose("fats", DENSE))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("student.engine is 'fats', but there is: fast, slow")
        .hasMessageContaining("did you mean fast?");
  }

  @Test
  void noneAtAllIsToldWithWhereTheyAreLookedFor() {
    assertThatThrownBy(() -> engines().choose(StudentEngines.AUTO, DENSE))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("student.engine is 'auto', but there is: none")
        .hasMessageContaining("META-INF/services/io.streamdistill.engine.StudentEngine");
  }

  @Test
  void oneThatIsThereTwiceIsRefusedHoweverItIsChosen() {
    StudentEngines engines = engines(Slow.class, Fake.class);

    for (String name : List.of("slow", StudentEngines.AUTO)) {
      assertThatThrownBy(() -> engines.choose(name, DENSE))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("more than one")
          .hasMessageContaining(Slow.class.getName())
          .hasMessageContaining(Fake.class.getName());
    }
  }

  @Test
  void whatAnEngineCannotTrainIsSaidInItsOwnWords() {
    assertThatThrownBy(() -> engines(Slow.class, Fast.class).choose("fast", DESCRIBED))
        .isInstanceOf(ConfigException.class)
        .hasMessage("student.engine fast takes dense nets only");
    assertThatThrownBy(() -> engines(Fast.class).choose(StudentEngines.AUTO, DESCRIBED))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("fast takes dense nets only");
  }
}
