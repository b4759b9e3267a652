package io.streamdistill.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProvidersTest {

  /** Something that there are several of. */
  public interface Shape {
    String name();
  }

  /** One. */
  public static final class Circle implements Shape {
    @Override
    public String name() {
      return "circle";
    }
  }

  /** Another one of the same name. */
  public static final class Ring implements Shape {
    @Override
    public String name() {
      return "circle";
    }
  }

  /** A third. */
  public static final class Square implements Shape {
    @Override
    public String name() {
      return "square";
    }
  }

  private static Providers<Shape> providers(Path dir, String... classes) throws IOException {
    Path services = Files.createDirectories(dir.resolve("META-INF/services"));
    Files.writeString(services.resolve(Shape.class.getName()), String.join("\n", classes), UTF_8);
    ClassLoader loader =
        new URLClassLoader(new URL[] {dir.toUri().toURL()}, ProvidersTest.class.getClassLoader());
    return Providers.of(Shape.class, ServiceLoader.load(Shape.class, loader), Shape::name);
  }

  @Test
  void givesTheOneOfTheName(@TempDir Path dir) throws Exception {
    Providers<Shape> shapes = providers(dir, Square.class.getName(), Circle.class.getName());

    assertThat(shapes.names()).containsExactly("circle", "square");
    assertThat(shapes.named("picture.shape", "square")).isInstanceOf(Square.class);
  }

  @Test
  void saysWhichThereAreAndWhereItLooked(@TempDir Path dir) throws Exception {
    Providers<Shape> shapes = providers(dir, Square.class.getName(), Circle.class.getName());

    assertThatThrownBy(() -> shapes.named("picture.shape", "sqare"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(
            "picture.shape is 'sqare', but there is: circle, square (did you mean square?)")
        .hasMessageContaining("META-INF/services/" + Shape.class.getName());
    assertThatThrownBy(() -> providers(dir).named("picture.shape", "square"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("there is: none");
  }

  @Test
  void namesThoseThatShareAName(@TempDir Path dir) throws Exception {
    Providers<Shape> shapes = providers(dir, Ring.class.getName(), Circle.class.getName());

    assertThatThrownBy(() -> shapes.named("picture.shape", "circle"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("more than one")
        .hasMessageContaining(Ring.class.getName() + " from ")
        .hasMessageContaining(Circle.class.getName() + " from ");
  }

  @Test
  void namesWhatCannotBeLoaded(@TempDir Path dir) {
    assertThatThrownBy(() -> providers(dir, "io.streamdistill.Missing"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Shape")
        .hasMessageContaining("io.streamdistill.Missing");
  }
}
