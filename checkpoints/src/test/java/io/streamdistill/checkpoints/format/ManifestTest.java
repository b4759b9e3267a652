package io.streamdistill.checkpoints.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {

  private static final CheckpointId ID = new CheckpointId("mnist", "v1");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;

  private Manifest written() {
    return Checkpoints.write(ID, directory, 100);
  }

  private ObjectNode json() throws JsonProcessingException {
    return (ObjectNode)
        JSON.readTree(new String(ManifestJson.write(written()), StandardCharsets.UTF_8));
  }

  private static Manifest read(JsonNode json) throws JsonProcessingException {
    return ManifestJson.read(JSON.writeValueAsBytes(json));
  }

  @Test
  void saysHowManyExamplesAreOfWhichTeacherAndNothingWhenNobodyCounted() throws IOException {
    Manifest uncounted = Checkpoints.manifest(ID).build();
    Manifest counted = Checkpoints.manifest(ID).teacherExamples(Map.of("b", 3L, "a", 5L)).build();

    assertThat(JSON.readTree(ManifestJson.write(uncounted)).has("teacherExamples")).isFalse();
    assertThat(ManifestJson.read(ManifestJson.write(uncounted)).teacherExamples()).isNull();
    assertThat(ManifestJson.read(ManifestJson.write(counted)).teacherExamples())
        .isEqualTo(Map.of("a", 5L, "b", 3L));
  }

  @Test
  void readsBackWhatWasWritten() {
    Manifest manifest = written();

    assertThat(Manifest.read(directory)).isEqualTo(manifest);
    assertThat(manifest.files())
        .extracting(FileEntry::name)
        .containsExactly("config.json", "empty", "extra/notes.txt", "weights.safetensors");
    assertThat(manifest.files().get(0))
        .isEqualTo(
            new FileEntry(
                "config.json",
                2,
                "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"));
    assertThat(manifest.teacherVersions()).containsExactly("teacher-a", "teacher-b");
  }

  @Test
  void equalManifestsAreEqualBytes() {
    ObjectNode reordered =
        JsonNodeFactory.instance
            .objectNode()
            .put("activation", "relu")
            .put("hidden", 800)
            .put("temperature", 20.0);
    Manifest one = Checkpoints.manifest(ID).build();
    Manifest other = Checkpoints.manifest(ID).configuration(reordered).build();

    assertThat(ManifestJson.write(other)).isEqualTo(ManifestJson.write(one));
    assertThat(new String(ManifestJson.write(one), StandardCharsets.UTF_8))
        .containsSubsequence("\"0\" : 3", "\"9\" : 5", "\"10\" : 7") // partitions as numbers
        .containsSubsequence("\"agreement\"", "\"loss\"")
        .endsWith("}\n");
  }

  @Test
  void configurationHashIsThatOfTheCanonicalJson() {
    // printf '{"activation":"relu","hidden":800,"temperature":20.0}' | sha256sum
    assertThat(Checkpoints.manifest(ID).build().configurationHash())
        .isEqualTo("5e0f04a6d1e511153dd0e07cb8b79de057f9d461b508a2bd654601d08f3375fa");
  }

  @Test
  void anyConfigurationKeepsItsHashOnDisk() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 2_000; i++) {
      ObjectNode configuration = JsonNodeFactory.instance.objectNode();
      configuration.put("double", Double.longBitsToDouble(random.nextLong() & ~(1L << 62)));
      configuration.put("float", Float.intBitsToFloat(random.nextInt() & ~(1 << 30)));
      configuration.put("long", random.nextLong());
      configuration.putObject("b").put("y", "é\u0000\u2028").putNull("x");
      Manifest manifest = Checkpoints.manifest(ID).configuration(configuration).build();

      Manifest again = ManifestJson.read(ManifestJson.write(manifest));

      assertThat(again.configurationHash()).isEqualTo(manifest.configurationHash());
      assertThat(ManifestJson.write(again)).isEqualTo(ManifestJson.write(manifest));
    }
  }

  @Test
  void anyScaleSurvives() {
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 4_000; i++) {
      float scale = Float.intBitsToFloat(random.nextInt());
      if (Float.isFinite(scale) && scale != 0) {
        FeatureContract features = new FeatureContract(FeatureType.F16, List.of(3), scale, -scale);
        Manifest manifest = Checkpoints.manifest(ID).features(features).build();

        assertThat(ManifestJson.read(ManifestJson.write(manifest)).features()).isEqualTo(features);
      }
    }
  }

  @Test
  void ignoresFieldsOfTheFuture() throws JsonProcessingException {
    ObjectNode json = json();
    Manifest expected = read(json);
    json.put("future", 1);
    ((ObjectNode) json.get("source")).put("future", 1);
    ((ObjectNode) json.get("files").get(0)).put("future", 1);

    assertThat(read(json)).isEqualTo(expected);
  }

  @Test
  void missesNoField() throws JsonProcessingException {
    ObjectNode complete = json();
    for (Map.Entry<String, JsonNode> field : complete.properties()) {
      ObjectNode json = complete.deepCopy();
      json.remove(field.getKey());

      assertThatThrownBy(() -> read(json))
          .as(field.getKey())
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(field.getKey());
    }
  }

  /** The bytes of a student that started from new weights are those of builds without the field. */
  @Test
  void saysWhereTheFirstWeightsCameFromOnlyWhenTheyCameFromAnotherStudent() throws Exception {
    assertThat(json().has("initFrom")).isFalse();
    assertThat(read(json()).initFrom()).isNull();

    Path other = directory.resolve("other");
    Checkpoints.write(new CheckpointId("small", "v7"), other, 10);
    Origin origin = Origin.of(other);
    Manifest manifest = Checkpoints.manifest(ID).parent(null).initFrom(origin).build();

    assertThat(origin.manifestSha256()).isEqualTo(FileTree.sha256(other.resolve("manifest.json")));
    assertThat(origin.id()).isEqualTo(new CheckpointId("small", "v7"));
    assertThat(ManifestJson.read(ManifestJson.write(manifest))).isEqualTo(manifest);
    JsonNode json = JSON.readTree(ManifestJson.write(manifest)).path("initFrom");
    assertThat(json.path("student").asText()).isEqualTo("small");
    assertThat(json.path("examplesSeen").asLong()).isEqualTo(768_000);
    assertThat(json.path("id").isMissingNode()).isTrue();
  }

  @Test
  void anOriginNamesTheTeachersOfItsOwnOriginToo() {
    Path first = directory.resolve("first");
    Path second = directory.resolve("second");
    Checkpoints.write(new CheckpointId("a", "v1"), first, 10);
    Checkpoints.manifest(new CheckpointId("b", "v1"))
        .teacherVersions(List.of("teacher-c"))
        .initFrom(Origin.of(first))
        .build()
        .write(created(second));

    assertThat(Origin.of(second).teacherVersions())
        .containsExactly("teacher-a", "teacher-b", "teacher-c");
  }

  private static Path created(Path directory) {
    try {
      return Files.createDirectory(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void acceptsNullOnlyAsParentAndCalibration() throws JsonProcessingException {
    ObjectNode complete = json();
    for (Map.Entry<String, JsonNode> field : complete.properties()) {
      ObjectNode json = complete.deepCopy();
      json.putNull(field.getKey());
      if (List.of("parent", "calibration").contains(field.getKey())) {
        assertThat(read(json).parent() == null || read(json).calibration() == null).isTrue();
      } else {
        assertThatThrownBy(() -> read(json))
            .as(field.getKey())
            .isInstanceOf(CheckpointException.class);
      }
    }
  }

  @Test
  void aCalibrationHasOneOfEachPerClass() {
    List<Double> ten = Collections.nCopies(10, 0.1);
    List<Double> two = List.of(0.5, 0.5);
    Calibration right = new Calibration("teacher", "soft-targets", 5, ten, ten, ten, ten);
    Calibration wrong = new Calibration("teacher", "soft-targets", 5, two, two, two, two);

    assertThat(Checkpoints.manifest(ID).calibration(right).build().calibration()).isEqualTo(right);
    assertThatThrownBy(() -> Checkpoints.manifest(ID).calibration(wrong).build())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("another number of classes");
    assertThatThrownBy(() -> new Calibration("teacher", "soft-targets", 5, ten, two, ten, ten))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("10 shifts and 2 mean predictions");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          /step                 | "5"                      | step
          /step                 | 1.5                      | step
          /step                 | -1                       | negative
          /formatVersion        | 2                        | newer StreamDistill
          /formatVersion        | 0                        | format 0
          /student              | "../up"                  | ../up
          /version              | ""                       | version
          /createdTime          | "yesterday"              | yesterday
          /createdTime          | 5                        | createdTime
          /classMapHash         | "0"                      | classMapHash
          /classNames           | ["a"]                    | classes.names
          /classNames/0         | null                     | classNames.0
          /configurationHash    | "0"                      | configurationHash
          /configuration/hidden | 801                      | configurationHash
          /metrics/loss         | "NaN"                    | loss
          /metrics/loss         | null                     | metrics
          /features/type        | "F64"                    | F64
          /features/type        | 0                        | type
          /features/shape       | []                       | features.shape
          /source/nextOffsets   | {"a": 1}                 | nextOffsets
          /source/nextOffsets   | {"-1": 1}                | negative
          /source/topic         | ""                       | topic
          /files/0/name         | "../evil"                | ../evil
          /files/0/name         | "/etc/passwd"            | /etc/passwd
          /files/0/name         | "a/../../b"              | a/../../b
          /files/0/name         | ".hidden"                | .hidden
          /files/0/name         | "manifest.json"          | itself
          /files/0/name         | "empty"                  | twice
          /files/0/size         | -1                       | size
          /files/0/sha256       | "00"                     | sha-256
          """)
  void rejectsInvalidFields(String pointer, String value, String message)
      throws JsonProcessingException {
    ObjectNode json = json();
    int last = pointer.lastIndexOf('/');
    JsonNode parent = json.at(pointer.substring(0, last));
    String field = pointer.substring(last + 1);
    if (parent instanceof ObjectNode object) {
      object.set(field, JSON.readTree(value));
    } else {
      ((com.fasterxml.jackson.databind.node.ArrayNode) parent)
          .set(Integer.parseInt(field), JSON.readTree(value));
    }

    assertThatThrownBy(() -> read(json))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "null", "{} {}", "{\"step\": 1, \"step\": 2}", "\u0000"})
  void rejectsWhatIsNoManifest(String json) {
    assertThatThrownBy(() -> ManifestJson.read(json.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(CheckpointException.class);
  }

  @Test
  void namesWhatTheBuilderMisses() {
    assertThatThrownBy(
            () -> Manifest.builder(ID).classes(Checkpoints.manifest(ID).build().classMap()).build())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("configuration is not set");
  }

  @Test
  void refusesMetricsThatAreNoNumbers() {
    ManifestBuilder builder = Checkpoints.manifest(ID).metrics(Map.of("loss", Double.NaN));

    assertThatThrownBy(builder::build)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("metric loss = NaN");
  }

  @Test
  void writesNoManifestOverLinks() throws IOException {
    Files.createSymbolicLink(directory.resolve("link"), directory.resolve("elsewhere"));

    assertThatThrownBy(() -> Checkpoints.manifest(ID).build().write(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("link");
    assertThat(directory.resolve(Manifest.FILE_NAME)).doesNotExist();
  }

  @Test
  void announcedFilesIncludeTheManifest() throws IOException {
    Manifest manifest = written();
    Path file = directory.resolve(Manifest.FILE_NAME);

    assertThat(manifest.allFiles())
        .contains(new FileEntry(Manifest.FILE_NAME, Files.size(file), FileTree.sha256(file)))
        .containsAll(manifest.files())
        .hasSize(manifest.files().size() + 1);
  }

  @Test
  void hasNoMoreFilesThanACheckpointMayHave() {
    assertThatThrownBy(() -> FileEntry.requireFew(FileEntry.MAX_FILES + 1))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("1001 files are more than the 1000 that a checkpoint may have");
  }
}
