package io.streamdistill.config;

import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keys that earlier versions had. */
final class Obsolete {

  private static final Logger log = LoggerFactory.getLogger(Obsolete.class);

  private Obsolete() {}

  /** Whether {@code key} is one of them; warns of it then. */
  static boolean warns(Map<String, String> keys, String key, ValueSource origin) {
    String why = keys.get(key);
    if (why == null) {
      return false;
    }
    log.warn("{} ({}) is a key of before, and changes nothing: {}; remove it", key, origin, why);
    return true;
  }
}
