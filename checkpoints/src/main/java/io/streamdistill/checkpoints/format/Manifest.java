package io.streamdistill.checkpoints.format;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.annotation.OptBoolean;
import com.fasterxml.jackson.databind.JsonNode;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint holds, what it was made from, and from where training goes on. It is the file
 * {@code manifest.json}; equal manifests are equal bytes. Readers ignore fields they do not know.
 *
 * @param formatVersion version of this file's format, {@link #FORMAT_VERSION}; grows only when
 *     older readers would misunderstand it
 * @param student name of the student
 * @param version version of the checkpoint, see {@link CheckpointVersion}
 * @param parent version, of the same student, that training resumed from or went on from, or that
 *     was corrected; null for the first
 * @param initFrom checkpoint of another student that the first one started from; every later one
 *     has it, too. Null, and not in the file, when the student started from new weights
 * @param createdTime when the checkpoint was taken
 * @param codeVersion version of StreamDistill that wrote it
 * @param step training steps taken (batches)
 * @param examplesSeen soft targets that contributed to the weights, every pass counted
 * @param source where in the soft-target log training goes on
 * @param randomState state of every random generator, by name; only the trainer reads it
 * @param features what the model's input is
 * @param scales what was measured before the first step; null, and not in the file, in checkpoints
 *     of students that measured nothing
 * @param learning how learning went until here; null, and not in the file, where nobody watched it
 * @param classNames the classes, in the order of the model's outputs
 * @param classMapHash hash of {@code classNames}, see {@link ClassMap#hash}
 * @param teacherVersions every teacher version that contributed targets
 * @param teacherExamples how many of the examples seen are of which teacher version, every visit
 *     counted; those that a checkpoint of before did not count are left out. Null, and not in the
 *     file, when none were counted
 * @param configuration the student's effective configuration: objective, optimizer, network
 * @param configurationHash SHA-256 of {@code configuration} as canonical JSON (sorted keys, no
 *     white space), lower-case hexadecimal
 * @param metrics prequential metrics by name, finite; what was not measured is left out
 * @param calibration how the model's biases were corrected; null when they were not
 * @param files every file of the checkpoint but the manifest itself, sorted by name
 * @param signature who vouches for all of the above; null when nobody does, and left out of the
 *     file then. It stays the last field, see {@link ManifestSignature}
 */
public record Manifest(
    int formatVersion,
    String student,
    String version,
    @JsonSetter(nulls = Nulls.SET) @Nullable String parent,
    @JsonInclude(JsonInclude.Include.NON_NULL)
        @JsonSetter(nulls = Nulls.SET)
        @JacksonInject(ManifestJson.MISSING)
        @Nullable Origin initFrom,
    Instant createdTime,
    String codeVersion,
    long step,
    long examplesSeen,
    SourcePosition source,
    Map<String, String> randomState,
    FeatureContract features,
    @JsonInclude(JsonInclude.Include.NON_NULL)
        @JsonSetter(nulls = Nulls.SET)
        @JacksonInject(ManifestJson.UNMEASURED)
        @Nullable StudentScales scales,
    @JsonInclude(JsonInclude.Include.NON_NULL)
        @JsonSetter(nulls = Nulls.SET)
        @JacksonInject(ManifestJson.UNWATCHED)
        @Nullable LearningRecord learning,
    List<String> classNames,
    String classMapHash,
    List<String> teacherVersions,
    @JsonInclude(JsonInclude.Include.NON_NULL)
        @JsonSetter(nulls = Nulls.SET)
        @JacksonInject(value = ManifestJson.UNCOUNTED, useInput = OptBoolean.TRUE)
        @Nullable Map<String, Long> teacherExamples,
    JsonNode configuration,
    String configurationHash,
    Map<String, Double> metrics,
    @JsonSetter(nulls = Nulls.SET) @Nullable Calibration calibration,
    List<FileEntry> files,
    @JsonInclude(JsonInclude.Include.NON_NULL)
        @JacksonInject(value = ManifestJson.UNSIGNED, useInput = OptBoolean.TRUE)
        @Nullable ManifestSignature signature) {

  /** Name of the manifest's file in a checkpoint. */
  public static final String FILE_NAME = "manifest.json";

  /** The format that this build writes, and the newest that it reads. */
  public static final int FORMAT_VERSION = 1;

  /** Validates. */
  public Manifest {
    check(
        formatVersion >= 1 && formatVersion <= FORMAT_VERSION,
        "has format %s, this build reads 1 to %s; use a newer StreamDistill",
        formatVersion,
        FORMAT_VERSION);
    new CheckpointId(student, version);
    check(step >= 0 && examplesSeen >= 0, "has a negative step or examplesSeen");
    randomState = Sorted.copyOf(randomState);
    classNames = List.copyOf(classNames);
    check(
        new ClassMap(classNames).hash().equals(classMapHash),
        "has classMapHash %s, but its classNames hash to %s",
        classMapHash,
        new ClassMap(classNames).hash());
    teacherVersions = List.copyOf(teacherVersions);
    if (teacherExamples != null) {
      teacherExamples = Sorted.copyOf(teacherExamples);
      teacherExamples.forEach(
          (teacher, examples) ->
              check(examples >= 0, "has %s examples of teacher %s", examples, teacher));
    }
    configuration = configuration.deepCopy();
    check(
        ManifestJson.canonicalHash(configuration).equals(configurationHash),
        "has configurationHash %s, but its configuration hashes to %s",
        configurationHash,
        ManifestJson.canonicalHash(configuration));
    metrics = Sorted.copyOf(metrics);
    metrics.forEach(
        (name, value) ->
            check(
                Double.isFinite(value),
                "has metric %s = %s; leave out what was not measured",
                name,
                value));
    check(
        calibration == null || calibration.biasShift().size() == classNames.size(),
        "has a calibration for another number of classes than its classNames, %s",
        classNames);
    files = FileEntry.sorted(files);
    check(
        files.stream().noneMatch(file -> file.name().equals(FILE_NAME)), "names itself as a file");
  }

  private static void check(boolean holds, String problem, Object... args) {
    if (!holds) {
      throw new CheckpointException("manifest " + problem.formatted(args));
    }
  }

  /**
   * Starts a manifest; everything but {@code parent}, {@code initFrom}, {@code scales}, {@code
   * learning}, {@code teacherExamples}, {@code metrics} and {@code calibration} has to be set.
   */
  public static ManifestBuilder builder(CheckpointId id) {
    return new ManifestBuilder(id);
  }

  /** The {@link #configurationHash} of a manifest with this configuration. */
  public static String hashOf(JsonNode effective) {
    return ManifestJson.canonicalHash(effective);
  }

  /** Names the checkpoint. */
  public CheckpointId id() {
    return new CheckpointId(student, version);
  }

  /** The classes, in the order of the model's outputs. */
  public ClassMap classMap() {
    return new ClassMap(classNames);
  }

  /** Every file of the checkpoint, this manifest included: what an announcement lists. */
  public List<FileEntry> allFiles() {
    byte[] json = ManifestJson.write(this);
    List<FileEntry> all = new ArrayList<>(files);
    all.add(new FileEntry(FILE_NAME, json.length, FileTree.sha256(json)));
    return List.copyOf(all);
  }

  /** Completes a checkpoint as {@link #write(Path, UnaryOperator)} does, without signing it. */
  public Manifest write(Path directory) {
    return write(directory, UnaryOperator.identity());
  }

  /**
   * Completes a checkpoint: hashes every file in {@code directory}, then writes {@code
   * manifest.json}, all of it fsynced. An older manifest there is replaced.
   *
   * @param signer completes it, as {@code SigningKey.signer} does
   * @return this manifest with the files found, and the signature
   * @throws CheckpointException when a file cannot be read or written, is no regular file, or has a
   *     name that {@link FileEntry} does not allow
   */
  public Manifest write(Path directory, UnaryOperator<Manifest> signer) {
    return ManifestFile.complete(directory, this, signer);
  }

  /**
   * Reads the manifest of the checkpoint in {@code directory}, without looking at the other files;
   * see {@link CheckpointVerifier}.
   *
   * @throws CheckpointException when it is missing, or a field is missing or invalid
   */
  public static Manifest read(Path directory) {
    return ManifestFile.parse(directory, ManifestFile.bytes(directory));
  }

  Manifest withFiles(List<FileEntry> found) {
    return with(found, null);
  }

  public Manifest withSignature(ManifestSignature added) {
    return with(files, added);
  }

  private Manifest with(List<FileEntry> newFiles, @Nullable ManifestSignature newSignature) {
    return new Manifest(
        formatVersion,
        student,
        version,
        parent,
        initFrom,
        createdTime,
        codeVersion,
        step,
        examplesSeen,
        source,
        randomState,
        features,
        scales,
        learning,
        classNames,
        classMapHash,
        teacherVersions,
        teacherExamples,
        configuration,
        configurationHash,
        metrics,
        calibration,
        newFiles,
        newSignature);
  }
}
