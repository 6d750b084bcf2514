package io.nodewise.examples.view;

/** The colours, each as an ANSI code and as what the SVG shows for it. */
public enum Ink {
  PLAIN("0", "#d8dee9"),
  BOLD("1", "#ffffff"),
  DIM("90", "#6b7486"),
  GREEN("32", "#8fd06c"),
  YELLOW("33", "#f0c850"),
  RED("31", "#ff6b6b"),
  MAGENTA("35", "#d48cf0"),
  CYAN("36", "#5ccfe6");

  private final String ansi;
  private final String hex;

  Ink(String ansi, String hex) {
    this.ansi = ansi;
    this.hex = hex;
  }

  String ansi() {
    return "\u001b[" + ansi + "m";
  }

  String hex() {
    return hex;
  }
}
