package io.streamdistill.student.source;

import static io.streamdistill.config.Require.require;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which teachers' examples a student trains on: {@code all}, those of the {@code newest} that was
 * met, or those of the versions that are listed.
 *
 * @param versions as configured
 */
public record TeacherChoice(List<String> versions) {

  private static final String ALL_VERSIONS = "all";
  private static final String NEWEST_VERSION = "newest";

  /** Every teacher's. */
  public static final TeacherChoice ALL = new TeacherChoice(List.of(ALL_VERSIONS));

  /** Validates. */
  public TeacherChoice {
    versions = List.copyOf(versions);
    require(
        !versions.isEmpty(),
        "student.teacher-versions is empty; set it to all, newest, or a list of versions");
    require(
        versions.size() == 1
            || (!versions.contains(ALL_VERSIONS) && !versions.contains(NEWEST_VERSION)),
        "student.teacher-versions must be all, newest, or a list of versions, got %s",
        versions);
  }

  /** Whether only examples of the newest teacher count. */
  boolean isNewest() {
    return versions.equals(List.of(NEWEST_VERSION));
  }

  boolean isAll() {
    return versions.equals(List.of(ALL_VERSIONS));
  }

  /**
   * Whether examples of a teacher are trained on.
   *
   * @param newest the teacher that was met last; null when none was
   */
  boolean takes(String version, @Nullable String newest) {
    if (isAll()) {
      return true;
    }
    return isNewest() ? version.equals(newest) : versions.contains(version);
  }

  @Override
  public String toString() {
    return versions.size() == 1 ? versions.get(0) : versions.toString();
  }
}
