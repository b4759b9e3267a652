package io.streamdistill.teacher.onnx;

import static io.streamdistill.config.Require.require;

import io.streamdistill.config.ConfigException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a model gets at one of its inputs. */
public sealed interface InputSource {

  /**
   * Some of the features, in their order.
   *
   * @param from first of them, counted from 0
   * @param to the one after the last
   */
  record Slice(int from, int to) implements InputSource {

    /** Number of features. */
    int length() {
      return to - from;
    }

    @Override
    public String toString() {
      return length() == 1 ? Integer.toString(from) : from + ".." + (to - 1);
    }
  }

  /** The same number in every element, whatever the features are. */
  record Constant(double value) implements InputSource {

    @Override
    public String toString() {
      return "constant " + value;
    }
  }

  /**
   * Reads {@code FROM..TO} (features, counted from 0, both included), {@code N} (one feature) or
   * {@code constant NUMBER}.
   *
   * @param input name of the input, for messages
   * @throws ConfigException when it is none of them
   */
  static InputSource parse(String input, String text) {
    Matcher slice =
        Pattern.compile("(\\d{1,9})(?:\\s*\\.\\.\\s*(\\d{1,9}))?").matcher(text.strip());
    if (slice.matches()) {
      int from = Integer.parseInt(slice.group(1));
      int last = slice.group(2) == null ? from : Integer.parseInt(slice.group(2));
      require(
          from <= last,
          "teacher.members: inputs of '%s' end before they begin: '%s'; write the lower number first",
          input,
          text);
      return new Slice(from, last + 1);
    }
    Matcher constant = Pattern.compile("constant\\s+(\\S+)").matcher(text.strip());
    if (constant.matches()) {
      try {
        return new Constant(Double.parseDouble(constant.group(1)));
      } catch (NumberFormatException e) {
        throw notOne(input, text, e);
      }
    }
    throw notOne(input, text, null);
  }

  private static ConfigException notOne(
      String input, String text, @org.jspecify.annotations.Nullable Throwable cause) {
    return new ConfigException(
        "teacher.members: inputs has '%s' for '%s'; write features as FROM..TO, both included and counted from 0, or one as N, or 'constant NUMBER'"
            .formatted(text, input),
        cause);
  }
}
