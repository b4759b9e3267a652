package io.streamdistill.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.Effective.Entry;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks whose kind is found at run time, and chosen by a key of its own. */
final class OneOfTest {

  /** What a list is of. */
  @OneOf(Found.class)
  public interface Animal {
    int weight();
  }

  /** A kind. */
  public interface AnimalKind extends Kind {}

  record Bird(String wings, int weight) implements Animal {}

  record Fish(double fins, int weight, Optional<String> sea) implements Animal {}

  /** A kind. */
  public static class Birds implements AnimalKind {
    @Override
    public String name() {
      return "bird";
    }

    @Override
    public String key() {
      return "wings";
    }

    @Override
    public Class<? extends Record> settings() {
      return Bird.class;
    }
  }

  /** The same again. */
  public static final class OtherBirds extends Birds {}

  /** A kind. */
  public static final class Fishes implements AnimalKind {
    @Override
    public String name() {
      return "fish";
    }

    @Override
    public String key() {
      return "fins";
    }

    @Override
    public Class<? extends Record> settings() {
      return Fish.class;
    }
  }

  /** Finds what the test has put there. */
  public static final class Found implements Supplier<Providers<AnimalKind>> {
    private static final ThreadLocal<ClassLoader> LOADER = new ThreadLocal<>();

    @Override
    public Providers<AnimalKind> get() {
      return Providers.of(
          AnimalKind.class, ServiceLoader.load(AnimalKind.class, LOADER.get()), Kind::key);
    }
  }

  record Zoo(List<Animal> animals) {}

  @TempDir private Path dir;

  private ConfigLoader zoo(String animals, Class<?>... kinds) throws Exception {
    Path services = Files.createDirectories(dir.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(AnimalKind.class.getName()),
        String.join("\n", List.of(kinds).stream().map(Class::getName).toList()),
        UTF_8);
    Found.LOADER.set(
        new URLClassLoader(new URL[] {dir.toUri().toURL()}, OneOfTest.class.getClassLoader()));
    return ConfigLoader.of(Zoo.class, "/io/streamdistill/config/zoo.yaml")
        .set("animals", animals, "--set");
  }

  private static void assertRefused(ConfigLoader loader, String message) {
    assertThatThrownBy(() -> loader.load(Zoo.class))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aBlockIsOfTheKindWhoseKeyItHas() throws Exception {
    ConfigLoader loader =
        zoo("[{fins: 2.5, sea: red}, {wings: wide, weight: 3}]", Birds.class, Fishes.class);

    assertThat(loader.load(Zoo.class).animals())
        .containsExactly(new Fish(2.5, 1, Optional.of("red")), new Bird("wide", 3));
    assertThat(loader.effective().entries())
        .extracting(Entry::key)
        .containsExactly(
            "animals[0].fins",
            "animals[0].weight",
            "animals[0].sea",
            "animals[1].wings",
            "animals[1].weight");
  }

  @Test
  void anUnknownKeyIsToldWithTheKindsThereAre() throws Exception {
    assertRefused(
        zoo("[{fins: 2, wieght: 2}]", Birds.class, Fishes.class),
        "animals[0].wieght (flag --set) is not a known key; did you mean animals[0].weight?"
            + " [kinds by key: wings (bird), fins (fish)]");
    assertRefused(
        zoo("[{wngs: wide}]", Birds.class, Fishes.class),
        "animals[0].wngs (flag --set) is not a known key; did you mean animals[0].wings?"
            + " [kinds by key: wings (bird), fins (fish)]");
  }

  @Test
  void aBlockOfNoKindOrOfTwoIsRefused() throws Exception {
    assertRefused(
        zoo("[{weight: 2}]", Birds.class, Fishes.class),
        "animals[0] (flag --set) has no key that says what it is;"
            + " set one of: wings (bird), fins (fish)");
    assertRefused(
        zoo("[{wings: wide, fins: 2}]", Birds.class, Fishes.class),
        "animals[0] (flag --set) has wings and fins, which say different things of what it is");
    assertRefused(zoo("[12]", Birds.class, Fishes.class), "animals[0] (flag --set): expected keys");
  }

  /** As if the list were of nothing else. */
  @Test
  void theKeyOfTheOnlyKindIsMissing() throws Exception {
    assertRefused(zoo("[{weight: 2}]", Birds.class), "animals[0].wings is missing; set it");
  }

  @Test
  void aKindThatIsThereTwiceIsRefusedWhereItIsUsed() throws Exception {
    assertThat(zoo("[{fins: 2}]", Birds.class, OtherBirds.class, Fishes.class).load(Zoo.class))
        .isEqualTo(new Zoo(List.of(new Fish(2, 1, Optional.empty()))));
    assertRefused(
        zoo("[{wings: wide}]", Birds.class, OtherBirds.class, Fishes.class),
        "the key of animals[0] is 'wings', and more than one on the class path is called so: "
            + Birds.class.getName());
  }

  @Test
  void whereThereIsNoKindAtAllThePlaceToLookIsNamed() throws Exception {
    assertRefused(
        zoo("[{wings: wide}]"), "META-INF/services/io.streamdistill.config.OneOfTest$AnimalKind");
  }
}
