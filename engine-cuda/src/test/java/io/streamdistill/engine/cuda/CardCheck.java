package io.streamdistill.engine.cuda;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.streamdistill.engine.cuda.device.DeviceException;
import io.streamdistill.engine.cuda.device.Kernel;
import io.streamdistill.engine.cuda.driver.CudaDevice;
import io.streamdistill.engine.cuda.driver.CudaOptions;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Checks the engine on this machine's GPU: the tests, and how long steps take. Needs no Maven and
 * no JUnit console. Goes on after a failure. Exit code 1 says that a test failed, 2 that there is
 * no GPU.
 */
public final class CardCheck {

  private static final List<Class<?>> TESTS =
      List.of(
          CardDecodingTest.class,
          CardTest.class,
          CardStudentTest.class,
          CardWithoutBlasTest.class,
          CardBytesTest.class);

  private final PrintStream out;
  private int passed;
  private int failed;
  private int skipped;

  private CardCheck(PrintStream out) {
    this.out = out;
  }

  /**
   * Runs it.
   *
   * @param arguments {@code tests}, {@code one} (few steps, for slow tools), {@code times}, {@code
   *     brief} times, or {@code fault} (ends the use of the GPU in this process); the first and the
   *     third without any
   */
  @SuppressWarnings("SystemExitOutsideMain")
  public static void main(String[] arguments) {
    List<String> parts = arguments.length == 0 ? List.of("tests", "times") : List.of(arguments);
    Optional<String> problem = CudaDevice.problem(CudaOptions.DEFAULT);
    if (problem.isPresent()) {
      System.out.println("no GPU: " + problem.get());
      System.exit(2);
    }
    CardCheck check = new CardCheck(System.out);
    check.out.println("device: " + CudaDevice.describe(CudaOptions.DEFAULT));
    if (parts.contains("tests")) {
      try (CudaDevice device = CudaDevice.open(CudaOptions.DEFAULT)) {
        check.out.println("opened: " + device.description());
      }
      check.tests(TESTS);
    }
    if (parts.contains("one")) {
      check.tests(List.of(CardBytesTest.class, CardDecodingTest.class));
    }
    if (parts.contains("times")) {
      check.times(11, 40);
    }
    if (parts.contains("brief")) {
      check.time("fp32", Cards.DEFAULT, new int[] {8, 1}, 1, 2);
    }
    if (parts.contains("fault")) {
      check.fault();
    }
    System.exit(check.failed == 0 ? 0 : 1);
  }

  /** What a GPU that is lost in the middle looks like: a kernel writes where there is no memory. */
  private void fault() {
    CudaDevice device = CudaDevice.open(CudaOptions.DEFAULT);
    device.launch(Kernel.ADD_BIAS, 1, 8, 8, 1, 0);
    expectFailure("the step", device::synchronise);
    expectFailure("closing", device::close);
    expectFailure("the next student", () -> CudaDevice.open(CudaOptions.DEFAULT).close());
  }

  private void expectFailure(String what, Runnable call) {
    try {
      call.run();
      failed++;
      out.println("  FAILED " + what + " after a fault: nothing was said");
    } catch (DeviceException e) {
      out.println("FAULT " + what + ": " + e.getMessage());
    }
  }

  private void tests(List<Class<?>> classes) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(classes.stream().map(type -> selectClass(type)).toList())
            .build();
    long from = System.nanoTime();
    LauncherFactory.create(
            LauncherConfig.builder()
                .enableTestEngineAutoRegistration(true)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableTestExecutionListenerAutoRegistration(false)
                .build())
        .execute(request, new Listener());
    out.printf(
        "tests: %d passed, %d failed, %d skipped in %d s%n",
        passed, failed, skipped, Duration.ofNanos(System.nanoTime() - from).toSeconds());
  }

  private final class Listener implements TestExecutionListener {
    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      String name = test.getUniqueId().replaceAll(".*\\[class:([^]]*)]", "$1 ");
      switch (result.getStatus()) {
        case SUCCESSFUL -> passed += test.isTest() ? 1 : 0;
        case ABORTED -> {
          skipped++;
          out.println("  SKIPPED " + name + ": " + reason(result));
        }
        case FAILED -> {
          failed++;
          out.println("  FAILED " + name + " " + test.getDisplayName() + ": " + reason(result));
        }
      }
    }

    private String reason(TestExecutionResult result) {
      List<String> lines = new ArrayList<>();
      result
          .getThrowable()
          .ifPresent(
              thrown -> {
                lines.add(String.valueOf(thrown));
                for (StackTraceElement at : thrown.getStackTrace()) {
                  if (at.getClassName().startsWith("io.streamdistill") && lines.size() < 5) {
                    lines.add("at " + at);
                  }
                }
              });
      return String.join("\n      ", lines);
    }
  }

  private void times(int windows, int steps) {
    for (int batch : new int[] {512, 4096}) {
      time("fp32", Cards.DEFAULT, new int[] {batch, 1}, windows, steps);
      time("tf32", Cards.TF32, new int[] {batch, 1}, windows, steps);
      time("fp32 without graphs", Cards.NO_GRAPHS, new int[] {batch, 1}, windows, steps);
    }
    for (int students : new int[] {8, 32}) {
      time("fp32", Cards.DEFAULT, new int[] {512, students}, 5, 20);
      time("tf32", Cards.TF32, new int[] {512, students}, 5, 20);
    }
    time("own", Cards.OWN_PRODUCTS, new int[] {512, 1}, 3, 5);
    for (int batch : new int[] {512, 4096}) {
      out.println("PRODUCT " + new ProductTimes(Cards.DEFAULT, batch).measure("fp32"));
      out.println("PRODUCT " + new ProductTimes(Cards.TF32, batch).measure("tf32"));
    }
  }

  /** Batch and students in {@code sizes}. */
  private void time(String label, CudaOptions options, int[] sizes, int windows, int steps) {
    Supplier<String> measure =
        () -> new StepTimes(options, sizes[0], sizes[1], windows, steps).measure(label);
    try {
      out.println("TIME " + measure.get());
    } catch (RuntimeException e) {
      failed++;
      out.println("  FAILED time of " + label + ", batch " + sizes[0] + ": " + e);
    }
  }
}
