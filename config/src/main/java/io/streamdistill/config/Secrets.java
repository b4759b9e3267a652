package io.streamdistill.config;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Keeps secrets out of everything that is shown. */
final class Secrets {

  static final String MASK = "****";

  private static final List<String> SECRET_WORDS =
      List.of(
          "password",
          "passphrase",
          "secret",
          "token",
          "credential",
          "sasl.jaas.config",
          "user.info",
          "authorization");

  private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^/@\\s]+(?=@)");

  private Secrets() {}

  /** The value as it may be shown: masked when the key or a URI in it says so. */
  static String masked(String key, String value) {
    String name = key.toLowerCase(Locale.ROOT);
    boolean secret =
        SECRET_WORDS.stream().anyMatch(name::contains)
            || name.endsWith(".key")
            || name.endsWith("-key");
    return secret && !value.isEmpty() ? MASK : USER_INFO.matcher(value).replaceAll(MASK);
  }
}
