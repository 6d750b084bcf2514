package io.nodewise.lb;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The source of a cluster's nodes at one moment.
 *
 * @param name what the source says of itself, such as {@code dns http://s3.example:9000}
 * @param found how many nodes it found last; 0 if it never did
 * @param age how long ago that was; null if it never did
 * @param failures how often it has failed since, in a row; to find nothing is to fail
 * @param failure the last of these failures, in a few words; null if there is none
 * @param failureAge how long ago that was; null if there is none
 * @param asking for how long it has been asked just now without an answer; null if it is not
 */
public record SourceSnapshot(
    String name,
    int found,
    @Nullable Duration age,
    int failures,
    @Nullable String failure,
    @Nullable Duration failureAge,
    @Nullable Duration asking) {

  /** On one line: {@code dns http://s3:9000: 3 nodes 12s ago; failed 2 times, 1s ago: NXDOMAIN}. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(name).append(": ");
    if (age == null) {
      line.append("no nodes yet");
    } else {
      line.append(found).append(" nodes ").append(ago(age));
    }
    if (failure != null && failureAge != null) {
      line.append("; failed ").append(failures).append(failures == 1 ? " time, " : " times, ");
      line.append(ago(failureAge)).append(": ").append(failure);
    }
    if (asking != null && asking.toSeconds() > 0) {
      line.append("; asked ").append(ago(asking)).append(", no answer yet");
    }
    return line.toString();
  }

  private static String ago(Duration time) {
    long seconds = time.toSeconds();
    return (seconds < 120 ? seconds + "s" : time.toMinutes() + "m") + " ago";
  }
}
