package io.streamdistill.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that a misspelt one was meant to be. */
public final class Nearest {

  private static final int MOST_CHARS = 200;

  private Nearest() {}

  /** The candidate with the fewest edits, when these are few for the length of {@code name}. */
  public static Optional<String> to(String name, Collection<String> candidates) {
    if (name.length() > MOST_CHARS) {
      return Optional.empty(); // no misspelling, but a text that slipped in
    }
    int most = Math.max(2, name.length() / 4);
    return candidates.stream()
        .min(Comparator.comparingInt(candidate -> edits(name, candidate)))
        .filter(candidate -> edits(name, candidate) <= most);
  }

  /** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
  static int edits(String from, String to) {
    int[][] edits = new int[from.length() + 1][to.length() + 1]; // prefix x prefix
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          edits[i][j] = i + j;
          continue;
        }
        int substituted = edits[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        edits[i][j] = Math.min(substituted, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          edits[i][j] = Math.min(edits[i][j], 1 + edits[i - 2][j - 2]);
        }
      }
    }
    return edits[from.length()][to.length()];
  }
}
