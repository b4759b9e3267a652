package io.streamdistill.teacher;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Packages depend on each other in one direction: the service, its topology, its engine. ONNX
 * models are a provider like others, which is found.
 */
@AnalyzeClasses(packages = "io.streamdistill.teacher", importOptions = DoNotIncludeTests.class)
final class PackagesTest {

  @ArchTest
  static final ArchRule ONE_WAY =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("service")
          .definedBy("io.streamdistill.teacher")
          .layer("topology")
          .definedBy("..teacher.topology")
          .layer("engine")
          .definedBy("..teacher.engine")
          .layer("onnx")
          .definedBy("..teacher.onnx")
          .whereLayer("service")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("topology")
          .mayOnlyBeAccessedByLayers("service")
          .whereLayer("onnx")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("engine")
          .mayOnlyBeAccessedByLayers("service", "topology", "onnx");
}
