package io.streamdistill.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.function.Supplier;

/**
 * Of an interface that is the type of a list's elements: the records that implement it are found,
 * and not known beforehand.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface OneOf {

  /** Finds them; has a public constructor without parameters. */
  Class<? extends Supplier<? extends Providers<? extends Kind>>> value();
}
