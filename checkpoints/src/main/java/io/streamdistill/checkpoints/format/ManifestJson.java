package io.streamdistill.checkpoints.format;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.InjectableValues;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.stream.Collectors;

/**
 * Manifests as JSON: the same bytes for the same manifest on every JDK, and nothing is guessed on
 * reading (no coercions, no duplicate keys, no defaults for what is missing or null, unless the
 * field says so).
 */
public final class ManifestJson {

  /** Names what is read where an optional field is not in the file: null. */
  static final String MISSING = "missing";

  /** The same of {@code scales}: Jackson wants a name for each. */
  static final String UNMEASURED = "unmeasured";

  /** The same of {@code learning}. */
  static final String UNWATCHED = "unwatched";

  /** The same of {@code signature}. */
  static final String UNSIGNED = "unsigned";

  /** The same of {@code teacherExamples}. */
  static final String UNCOUNTED = "uncounted";

  /** Configurations of networks are about ten deep; trees are walked by recursion. */
  private static final int MAX_DEPTH = 100;

  private static final JsonMapper MAPPER = mapper();
  private static final ObjectWriter PRETTY = MAPPER.writer(prettyPrinter());

  private ManifestJson() {}

  private static JsonMapper mapper() {
    JsonFactory limited =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();
    JsonMapper mapper =
        JsonMapper.builder(limited)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
            // JDK 19 prints some doubles shorter than JDK 17; Jackson's own writer does not change.
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .addModule(
                new SimpleModule()
                    .addSerializer(Instant.class, ToStringSerializer.instance)
                    .addDeserializer(Instant.class, new InstantReader()))
            .build();
    mapper.setInjectableValues(
        new InjectableValues.Std()
            .addValue(MISSING, null)
            .addValue(UNMEASURED, null)
            .addValue(UNWATCHED, null)
            .addValue(UNSIGNED, null)
            .addValue(UNCOUNTED, null));
    mapper.setDefaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.FAIL, Nulls.FAIL));
    return mapper;
  }

  private static DefaultPrettyPrinter prettyPrinter() {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    return new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
  }

  public static byte[] write(Manifest manifest) {
    try {
      return (PRETTY.writeValueAsString(manifest) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a manifest is always JSON", e);
    }
  }

  static Manifest read(byte[] json) {
    try {
      Manifest manifest = MAPPER.readValue(json, Manifest.class);
      if (manifest == null) {
        throw new CheckpointException("not a manifest: null");
      }
      return manifest;
    } catch (JsonMappingException e) {
      String field = e.getPath().stream().map(ManifestJson::step).collect(Collectors.joining("."));
      throw new CheckpointException(
          "not a manifest: %s%s"
              .formatted(field.isEmpty() ? "" : field + ": ", e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new CheckpointException("not a manifest: " + e.getMessage(), e);
    }
  }

  private static String step(JsonMappingException.Reference step) {
    return step.getFieldName() == null ? String.valueOf(step.getIndex()) : step.getFieldName();
  }

  /** SHA-256 of {@code node} with sorted keys and without white space. */
  static String canonicalHash(JsonNode node) {
    try {
      return FileTree.sha256(MAPPER.writeValueAsString(node).getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree is always JSON", e);
    }
  }

  private static final class InstantReader extends StdDeserializer<Instant> {

    private static final long serialVersionUID = 1L;

    InstantReader() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      String text = parser.getText();
      try {
        return Instant.parse(text);
      } catch (DateTimeException e) {
        throw context.weirdStringException(text, Instant.class, "not an ISO-8601 time in UTC");
      }
    }
  }
}
