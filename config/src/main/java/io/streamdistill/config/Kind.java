package io.streamdistill.config;

/**
 * Something that a block of configuration can describe, among others: it does so when it has the
 * key of that kind.
 */
public interface Kind {

  /** What messages call it: lower case, one word. */
  String name();

  /** The key that blocks of this kind have, and those of no other kind; in kebab-case. */
  String key();

  /** All keys of such a block, among them {@link #key()}: components in kebab-case. */
  Class<? extends Record> settings();
}
