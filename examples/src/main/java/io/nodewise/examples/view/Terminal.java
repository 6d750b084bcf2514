package io.nodewise.examples.view;

import java.io.Console;

/** Whether somebody looks at what is printed. */
public final class Terminal {
  private Terminal() {}

  /** Whether the standard output is a terminal that understands colours and cursor movements. */
  @SuppressWarnings("SystemConsoleNull") // asked below
  public static boolean isThere() {
    Console console = System.console();
    if (console == null || "dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try { // from Java 22 on there is a Console without a terminal too, and this method to ask it
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
