package io.nodewise.lb.node;

/**
 * What a whole site can do just now by its own account, as it is logged and told to listeners.
 *
 * @param site its name, or {@code tier <n>} where it has none
 * @param canWrite whether it can take writes
 * @param canRead whether it can serve reads
 * @param reason what it answered, in a few words
 */
public record SiteVerdict(String site, boolean canWrite, boolean canRead, String reason) {

  @Override
  public String toString() {
    String can =
        canWrite
            ? (canRead ? "read and write" : "write only")
            : (canRead ? "read only" : "nothing");
    return "site " + site + " can " + can + ": " + reason;
  }
}
