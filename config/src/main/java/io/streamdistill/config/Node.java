package io.streamdistill.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A configuration as written: text, not yet typed, and where every piece of it comes from. */
sealed interface Node {

  ValueSource origin();

  /** One value; it gets its type from the key that it is bound to. */
  record Scalar(String text, ValueSource origin) implements Node {}

  /** A key without a value, or with {@code null}. */
  record Nothing(ValueSource origin) implements Node {}

  /** A list; layers replace it as a whole. */
  record Items(List<Node> elements, ValueSource origin) implements Node {}

  /** Keys in the order in which they were written. */
  record Block(Map<String, Node> children, ValueSource origin) implements Node {

    static Block empty(ValueSource origin) {
      return new Block(Map.of(), origin);
    }

    /** Blocks around {@code node}, one for each of the keys. */
    static Block around(Node node, List<String> keys) {
      Node result = node;
      for (int k = keys.size() - 1; k >= 0; k--) {
        result = new Block(Map.of(keys.get(k), result), node.origin());
      }
      return (Block) result;
    }

    /** Merges with a layer below this one: blocks key by key, everything else by replacing. */
    Block over(Block lower) {
      Map<String, Node> merged = new LinkedHashMap<>(lower.children);
      children.forEach(
          (key, node) ->
              merged.merge(
                  key,
                  node,
                  (below, above) ->
                      below instanceof Block belowBlock && above instanceof Block aboveBlock
                          ? aboveBlock.over(belowBlock)
                          : above));
      return new Block(merged, origin);
    }
  }
}
