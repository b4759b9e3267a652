package io.streamdistill.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Schemas evolve FULL_TRANSITIVE: every version reads every other one's records. {@code
 * released/v1} holds what version 1 wrote; a release adds a directory and changes none.
 */
class SchemaEvolutionTest {

  private static final Path RELEASED = Path.of("src/test/resources/released");

  private static List<Schema> released(Samples sample) throws IOException {
    List<Schema> schemas = new ArrayList<>();
    try (Stream<Path> versions = Files.list(RELEASED)) {
      for (Path version : versions.sorted().toList()) {
        Path file = version.resolve(sample.recordName() + ".avsc");
        schemas.add(new Schema.Parser().parse(Files.readString(file)));
      }
    }
    return schemas;
  }

  @ParameterizedTest
  @EnumSource(Samples.class)
  void currentSchemaAndEveryReleasedOneReadEachOther(Samples sample) throws IOException {
    Schema current = sample.value().getSchema();
    List<Schema> released = released(sample);

    assertThat(released).isNotEmpty();
    for (Schema old : released) {
      requireReadable(current, old);
      requireReadable(old, current);
      assertThat(old.getFullName()).isEqualTo(current.getFullName());
    }
  }

  private static void requireReadable(Schema reader, Schema writer) {
    var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult();
    assertThat(result.getIncompatibilities()).isEmpty();
    assertThat(result.getCompatibility()).isEqualTo(SchemaCompatibilityType.COMPATIBLE);
  }

  @Test
  void wouldNoticeAFieldWithoutDefault() {
    Schema current = Samples.HARD_LABEL.value().getSchema();
    String oneMore =
        current
            .toString()
            .replace("\"fields\":[", "\"fields\":[{\"name\":\"extra\",\"type\":\"int\"},");
    Schema next = new Schema.Parser().parse(oneMore);

    assertThat(SchemaCompatibility.checkReaderWriterCompatibility(next, current).getType())
        .isEqualTo(SchemaCompatibilityType.INCOMPATIBLE);
  }

  @ParameterizedTest
  @EnumSource(Samples.class)
  void everyTypeAndFieldIsDocumented(Samples sample) {
    Map<String, String> docs = new LinkedHashMap<>();
    collectDocs(sample.value().getSchema(), docs);

    assertThat(docs).hasSizeGreaterThan(4);
    assertThat(docs)
        .allSatisfy((name, doc) -> assertThat(doc).as(name).hasSizeGreaterThan(5).endsWith("."));
  }

  private static void collectDocs(Schema schema, Map<String, String> docs) {
    switch (schema.getType()) {
      case RECORD -> {
        docs.put(schema.getFullName(), String.valueOf(schema.getDoc()));
        for (Schema.Field field : schema.getFields()) {
          docs.put(schema.getFullName() + "#" + field.name(), String.valueOf(field.doc()));
          collectDocs(field.schema(), docs);
        }
      }
      case ENUM -> docs.put(schema.getFullName(), String.valueOf(schema.getDoc()));
      case ARRAY -> collectDocs(schema.getElementType(), docs);
      case MAP -> collectDocs(schema.getValueType(), docs);
      case UNION -> schema.getTypes().forEach(branch -> collectDocs(branch, docs));
      default -> assertThat(schema.getType()).isNotEqualTo(Schema.Type.FIXED);
    }
  }
}
