package io.streamdistill.cli.checkpoints;

import io.streamdistill.checkpoints.log.Alias;
import java.net.InetAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.Option;

/** Which alias of which student, and who moves it. */
final class AliasOptions {

  @Option(names = "--student", paramLabel = "NAME", required = true, description = "whose")
  String student = "";

  @Option(
      names = "--alias",
      paramLabel = "ALIAS",
      description = "which alias; default: ${DEFAULT-VALUE}",
      defaultValue = Alias.CHAMPION)
  String alias = Alias.CHAMPION;

  @Option(
      names = "--actor",
      paramLabel = "WHO",
      description = "who decides, for the record; default: user and host")
  String actor = userAndHost();

  private static String userAndHost() {
    String user = System.getProperty("user.name", "unknown");
    try {
      return user + "@" + InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return user;
    }
  }
}
