package io.streamdistill.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.streamdistill.config.Node.Block;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads YAML into nodes that know their lines. */
final class YamlReader {

  private static final YAMLFactory YAML = new YAMLFactory();
  private static final Pattern LINE = Pattern.compile("line (\\d+), column \\d+");

  private final YAMLParser parser;
  private final IntFunction<ValueSource> originOfLine;
  private final Problems problems;

  private YamlReader(YAMLParser parser, IntFunction<ValueSource> originOfLine, Problems problems) {
    this.parser = parser;
    this.originOfLine = originOfLine;
    this.problems = problems;
  }

  /** Reads a document whose top level is a mapping; an empty document has no keys. */
  static Block document(String text, IntFunction<ValueSource> originOfLine, Problems problems) {
    Node root = value(text, originOfLine, problems);
    if (root instanceof Block block) {
      return block;
    }
    if (!(root instanceof Node.Nothing)) {
      problems.add("%s: expected 'key: value' lines at the top level", root.origin());
    }
    return Block.empty(root.origin());
  }

  /** Reads any one value. */
  static Node value(String text, IntFunction<ValueSource> originOfLine, Problems problems) {
    ValueSource start = originOfLine.apply(1);
    try (YAMLParser parser = YAML.createParser(text)) {
      YamlReader reader = new YamlReader(parser, originOfLine, problems);
      JsonToken first = parser.nextToken();
      if (first == null) {
        return new Node.Nothing(start);
      }
      Node root = reader.node(first, "");
      if (parser.nextToken() != null) {
        problems.add("%s: a second YAML document; only one is read", reader.here());
      }
      return root;
    } catch (JsonProcessingException e) {
      problems.addUnreadable(
          "%s: not valid YAML: %s", originOfLine.apply(lineOf(e)), explanation(e));
      return new Node.Nothing(start);
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory does not fail", e);
    }
  }

  /** The last line that the message names: where reading stopped, not where it had begun. */
  private static int lineOf(JsonProcessingException e) {
    Matcher named = LINE.matcher(Objects.toString(e.getOriginalMessage(), ""));
    int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
    while (named.find()) {
      line = Integer.parseInt(named.group(1));
    }
    return line;
  }

  /** What the message says, without the places and the excerpts below them. */
  private static String explanation(JsonProcessingException e) {
    String explanation =
        Objects.toString(e.getOriginalMessage(), "")
            .lines()
            .filter(line -> !line.isBlank() && !line.startsWith(" "))
            .map(String::strip)
            .collect(Collectors.joining(", "));
    return explanation.isEmpty() ? "no message" : explanation;
  }

  private ValueSource here() {
    return originOfLine.apply(parser.currentTokenLocation().getLineNr());
  }

  private Node node(@Nullable JsonToken token, String path) throws IOException {
    ValueSource origin = here();
    if (parser.isCurrentAlias()) {
      problems.add("%s (%s): YAML aliases are not supported; repeat the value", path, origin);
      return new Node.Nothing(origin);
    }
    if (token == JsonToken.START_OBJECT) {
      return block(path, origin);
    }
    if (token == JsonToken.START_ARRAY) {
      List<Node> elements = new ArrayList<>();
      for (JsonToken next = parser.nextToken();
          next != JsonToken.END_ARRAY;
          next = parser.nextToken()) {
        elements.add(node(next, "%s[%d]".formatted(path, elements.size())));
      }
      return new Node.Items(List.copyOf(elements), origin);
    }
    return token == JsonToken.VALUE_NULL
        ? new Node.Nothing(origin)
        : new Node.Scalar(parser.getText(), origin);
  }

  private Block block(String path, ValueSource origin) throws IOException {
    Map<String, Node> children = new LinkedHashMap<>();
    Map<String, ValueSource> keys = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      ValueSource keyOrigin = here();
      String childPath = path.isEmpty() ? key : path + "." + key;
      Node child = atKey(node(parser.nextToken(), childPath), keyOrigin);
      ValueSource earlier = keys.putIfAbsent(key, keyOrigin);
      if (earlier == null) {
        children.put(key, child);
      } else {
        problems.add(
            "%s is set twice, at %s and at %s; remove one of them", childPath, earlier, keyOrigin);
      }
    }
    return new Block(children, origin);
  }

  /** Messages point at the key: a block starts a line below it, and a value may, too. */
  private static Node atKey(Node node, ValueSource origin) {
    if (node instanceof Block block) {
      return new Block(block.children(), origin);
    }
    if (node instanceof Node.Items items) {
      return new Node.Items(items.elements(), origin);
    }
    return node instanceof Node.Scalar scalar
        ? new Node.Scalar(scalar.text(), origin)
        : new Node.Nothing(origin);
  }
}
