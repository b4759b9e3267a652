package io.streamdistill.student.learning;

/** What to do about a student that does not learn. */
public final class Advice {

  /** Where all of it is told. */
  public static final String DOCUMENT = "docs/troubleshooting.md#my-student-does-not-learn";

  static final String STALLED =
      "Check that the teacher's answers differ between examples, that its accuracy on labels is what"
          + " it should be, and that student.features.standardise is not off; see "
          + DOCUMENT;

  private Advice() {}
}
