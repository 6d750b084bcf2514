package io.nodewise.lb.node;

/**
 * Requests go to another site first from now on, as it is logged and told to listeners.
 *
 * @param from the name of the site that was first, or {@code tier <n>} where it has none
 * @param to that of the site that is first now
 * @param reason why, in a few words, such as {@code 1/4 eligible}
 */
public record SiteChange(String from, String to, String reason) {

  @Override
  public String toString() {
    return "site " + from + " -> " + to + ": " + reason;
  }
}
