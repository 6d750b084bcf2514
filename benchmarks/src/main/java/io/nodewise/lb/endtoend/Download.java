package io.nodewise.lb.endtoend;

import java.util.List;

/**
 * One download, measured.
 *
 * @param fault what happened to its nodes
 * @param seconds how long it took
 * @param resumes how often a node was asked for the rest
 * @param struck when its node was struck, in seconds
 * @param progress what had come when, about every hundredth
 */
record Download(
    DownloadFault fault,
    double seconds,
    long resumes,
    List<Double> struck,
    List<Progress> progress) {

  /** So many bytes after so many seconds. */
  record Progress(double seconds, long bytes) {}
}
