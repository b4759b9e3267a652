package io.streamdistill.cli;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.streamdistill.student.StudentException;

/** Dependencies point one way, along the flow of data. */
@AnalyzeClasses(
    packages = "io.streamdistill",
    importOptions = {DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
final class ArchitectureTest {

  /** Leaves out the jars with the tests of other modules. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  @ArchTest
  static final ArchRule MODULES =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("schemas")
          .definedBy("io.streamdistill.wire..", "io.streamdistill.schema..")
          .layer("broker")
          .definedBy("io.streamdistill.broker..")
          .layer("config")
          .definedBy(
              "io.streamdistill.config..", "io.streamdistill.exit..", "io.streamdistill.outage..")
          .layer("records")
          .definedBy("io.streamdistill.records..")
          .layer("kafka")
          .definedBy("io.streamdistill.kafka..")
          .layer("onnx")
          .definedBy("io.streamdistill.onnx..")
          .layer("checkpoints")
          .definedBy("io.streamdistill.checkpoints..")
          .layer("observe")
          .definedBy("io.streamdistill.observe..")
          .layer("s3-store")
          .definedBy("io.streamdistill.s3..")
          .layer("teacher")
          .definedBy("io.streamdistill.teacher..")
          .layer("engine")
          .definedBy(
              "io.streamdistill.engine",
              "io.streamdistill.engine.export..",
              "io.streamdistill.engine.objective..")
          .layer("engine-dl4j")
          .definedBy("io.streamdistill.engine.dl4j..")
          .layer("engine-cuda")
          .definedBy("io.streamdistill.engine.cuda..")
          .layer("student")
          .definedBy("io.streamdistill.student..")
          .layer("cli")
          .definedBy("io.streamdistill.cli..")
          .whereLayer("schemas")
          .mayNotAccessAnyLayer()
          .whereLayer("broker")
          .mayNotAccessAnyLayer()
          .whereLayer("config")
          .mayNotAccessAnyLayer()
          .whereLayer("records")
          .mayOnlyAccessLayers("schemas", "config")
          .whereLayer("kafka")
          .mayOnlyAccessLayers("config", "records")
          .whereLayer("onnx")
          .mayOnlyAccessLayers("records")
          .whereLayer("checkpoints")
          .mayOnlyAccessLayers("schemas", "config", "records", "kafka", "onnx")
          .whereLayer("observe")
          .mayOnlyAccessLayers("config", "checkpoints")
          .whereLayer("s3-store")
          .mayOnlyAccessLayers("config", "kafka", "checkpoints")
          .whereLayer("s3-store")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("teacher")
          .mayOnlyAccessLayers("config", "records", "kafka", "onnx", "observe")
          .whereLayer("engine")
          .mayOnlyAccessLayers("config", "records", "onnx")
          .whereLayer("engine-dl4j")
          .mayOnlyAccessLayers("config", "records", "onnx", "engine")
          .whereLayer("engine-dl4j")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("engine-cuda")
          .mayOnlyAccessLayers("config", "records", "onnx", "engine")
          .whereLayer("engine-cuda")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("student")
          .mayOnlyAccessLayers(
              "config", "records", "kafka", "onnx", "checkpoints", "observe", "engine")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer();

  /** The order in which a checkpoint lives. */
  @ArchTest
  static final ArchRule CHECKPOINTS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("format")
          .definedBy("..checkpoints.format")
          .layer("avro")
          .definedBy("..checkpoints.avro")
          .layer("trust")
          .definedBy("..checkpoints.trust")
          .layer("log")
          .definedBy("..checkpoints.log")
          .layer("store")
          .definedBy("..checkpoints.store")
          .layer("pull")
          .definedBy("..checkpoints.pull")
          .whereLayer("format")
          .mayNotAccessAnyLayer()
          .whereLayer("avro")
          .mayOnlyAccessLayers("format")
          .whereLayer("avro")
          .mayOnlyBeAccessedByLayers("log")
          .whereLayer("trust")
          .mayOnlyAccessLayers("format")
          .whereLayer("log")
          .mayOnlyAccessLayers("format", "avro", "trust")
          .whereLayer("store")
          .mayOnlyAccessLayers("format", "trust", "log");

  /** Everybody else knows values: Example, Target, Announcement, CheckpointEvent. */
  @ArchTest
  static final ArchRule GENERATED_CLASSES_ARE_OF_OUR_OWN_FORMAT_ALONE =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.streamdistill.schema..",
              "io.streamdistill.wire..",
              "io.streamdistill.records.avro..",
              "io.streamdistill.checkpoints.avro..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.streamdistill.schema..", "io.streamdistill.wire..");

  @ArchTest
  static final ArchRule JAVALIN_SERVES_AND_NOTHING_ELSE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.streamdistill.observe..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.javalin..");

  @ArchTest
  static final ArchRule AWS_SDK_IS_OF_THE_S3_STORE_ALONE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.streamdistill.s3..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon..");

  /** It has one log level, and every session the same settings. */
  @ArchTest
  static final ArchRule ONNX_RUNTIME_IS_STARTED_IN_ONE_PLACE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.streamdistill.onnx.runtime..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("ai.onnxruntime.OrtEnvironment");

  @ArchTest
  static final ArchRule DL4J_IS_OF_ITS_ENGINE_ALONE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.streamdistill.engine.dl4j..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.deeplearning4j..", "org.nd4j..", "onnx..");

  @ArchTest
  static final ArchRule CUDA_ENGINE_KNOWS_NO_DL4J_AND_NO_KAFKA =
      noClasses()
          .that()
          .resideInAPackage("io.streamdistill.engine.cuda..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.deeplearning4j..", "org.nd4j..", "org.apache.kafka..");

  /** A wrong signature ends the process, so that all of them are in two packages. */
  @ArchTest
  static final ArchRule NATIVE_CALLS_ARE_OF_THE_DEVICES_ALONE =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.streamdistill.engine.cuda.driver..", "io.streamdistill.engine.cuda.device..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.sun.jna..");

  @ArchTest
  static final ArchRule PACKAGES =
      slices()
          .matching("io.streamdistill.(**)")
          .should()
          .beFreeOfCycles()
          // The exception of a module is at its root, beside what puts the packages together.
          .ignoreDependency(alwaysTrue(), assignableTo(StudentException.class));
}
