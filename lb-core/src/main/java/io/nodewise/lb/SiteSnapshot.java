package io.nodewise.lb;

/**
 * One site, or one tier of nodes without a site, at one moment.
 *
 * @param name its name, or {@code tier <n>}
 * @param enabled its nodes that operators and the nodes themselves left in
 * @param eligible those of them that may be given requests
 * @param first whether requests go there first
 * @param canWrite whether it can take writes, as far as it says; true where nobody asks it
 * @param canRead whether it can serve reads, as far as it says
 */
public record SiteSnapshot(
    String name, int enabled, int eligible, boolean first, boolean canWrite, boolean canRead) {}
