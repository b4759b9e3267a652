package io.streamdistill.cli.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/** Starts a broker as a child, prints its process id, and waits to be killed. */
final class ParentMain {

  private ParentMain() {}

  public static void main(String[] args) throws InterruptedException {
    Path folder = Path.of(args[0]);
    DistillProcess child =
        DistillProcess.start(
            Launch.of(folder.resolve("child.log"), "broker", "--port", "0").in(folder));
    child.awaitLine(Pattern.compile("^broker runs: "), Duration.ofMinutes(2));
    System.out.println(child.pid());
    Thread.sleep(Duration.ofMinutes(10).toMillis());
  }
}
