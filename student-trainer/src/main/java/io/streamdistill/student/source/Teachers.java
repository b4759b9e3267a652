package io.streamdistill.student.source;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps count of the teachers that are met on the log, and says when a new one appears. */
final class Teachers {

  private static final Logger log = LoggerFactory.getLogger(Teachers.class);

  private static final class Teacher {
    private final String version;
    private final int partition;
    private final long offset;
    private long examples;

    private Teacher(String version, int partition, long offset, long examples) {
      this.version = version;
      this.partition = partition;
      this.offset = offset;
      this.examples = examples;
    }
  }

  private final TeacherChoice choice;
  private final Deque<Teacher> seen = new ArrayDeque<>(); // met first to met last
  private long others;
  private @Nullable Teacher last; // of the record before

  Teachers(TeacherChoice choice, TeachersSeen before) {
    this.choice = choice;
    this.others = before.others();
    for (TeachersSeen.Seen one : before.seen()) {
      seen.add(new Teacher(one.version(), one.partition(), one.offset(), one.examples()));
    }
  }

  /**
   * Counts a fit example.
   *
   * @param firstVisit whether it was never read before
   * @return whether its teacher was not met before
   */
  boolean meet(ConsumerRecord<?, ?> record, String version, boolean firstVisit) {
    Teacher teacher = last;
    boolean isNew = false;
    if (teacher == null || !teacher.version.equals(version)) {
      teacher = find(version);
      isNew = teacher == null;
      if (teacher == null) {
        teacher = new Teacher(version, record.partition(), record.offset(), 0);
        add(teacher);
      }
      last = teacher;
    }
    if (firstVisit) {
      teacher.examples++;
    }
    return isNew;
  }

  private @Nullable Teacher find(String version) {
    for (Iterator<Teacher> newestFirst = seen.descendingIterator(); newestFirst.hasNext(); ) {
      Teacher teacher = newestFirst.next();
      if (teacher.version.equals(version)) {
        return teacher;
      }
    }
    return null;
  }

  private void add(Teacher teacher) {
    Teacher before = seen.peekLast();
    if (before == null) {
      log.info(
          "teacher version {}, from partition {}, offset {} on",
          teacher.version,
          teacher.partition,
          teacher.offset);
    } else {
      log.info(
          "new teacher version {}, first seen at partition {}, offset {}; {} before, {} examples of it{}",
          teacher.version,
          teacher.partition,
          teacher.offset,
          before.version,
          before.examples,
          consequence(teacher));
    }
    seen.add(teacher);
    if (seen.size() > TeachersSeen.MAX_SEEN) {
      others += seen.remove().examples;
    }
  }

  private String consequence(Teacher met) {
    if (choice.isNewest()) {
      return ". From here on, examples of other versions are passed over"
          + " (student.teacher-versions: newest)";
    }
    return choice.takes(met.version, null)
        ? ""
        : ". Its examples are passed over (student.teacher-versions: " + choice + ")";
  }

  /** Whether examples of a teacher are trained on. */
  boolean takes(String version) {
    Teacher newest = seen.peekLast();
    return choice.takes(version, newest == null ? null : newest.version);
  }

  /** Fit examples of the teachers that are trained on, each counted once. */
  long eligible() {
    long sum = choice.isAll() ? others : 0;
    for (Teacher teacher : seen) {
      sum += takes(teacher.version) ? teacher.examples : 0;
    }
    return sum;
  }

  /** As it is now. */
  TeachersSeen snapshot() {
    return new TeachersSeen(
        others,
        seen.stream()
            .map(one -> new TeachersSeen.Seen(one.version, one.partition, one.offset, one.examples))
            .toList());
  }
}
