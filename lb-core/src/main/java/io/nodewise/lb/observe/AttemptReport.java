package io.nodewise.lb.observe;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One attempt that has ended. Immutable. A request has one for each node it was sent to: the
 * {@linkplain #outcome() outcome} says how this one ended and so, where another one follows, why
 * the request moved on.
 *
 * @param node where it was sent
 * @param number of the attempt within its request, from 1; hedges count too
 * @param kind what it was for
 * @param read whether the request changes nothing
 * @param request what the request is; null where the adapter did not say
 * @param status the HTTP status of the answer; 0: there was none, or nobody took it
 * @param firstByte from its begin to the first byte of the answer; null: none came
 * @param took from its begin to its end, the reading of the answer included
 * @param sent bytes of the request's body that the HTTP client was given for it; of its headers
 *     nobody knows
 * @param received bytes of the answer's body that were read
 * @param outcome what it means for the node, and why
 */
public record AttemptReport(
    Node node,
    int number,
    Kind kind,
    boolean read,
    @Nullable RequestDescription request,
    int status,
    @Nullable Duration firstByte,
    Duration took,
    long sent,
    long received,
    Outcome outcome) {

  /** What an attempt is for. */
  public enum Kind {
    /** The request itself, for the first time or again. */
    REQUEST,
    /** The same read at a second node, beside the one that is late. */
    HEDGE,
    /** The rest of a download that broke off. */
    REST
  }

  /** What nobody is to be shown, wherever an exception may have it from. */
  private static final Pattern SECRETS =
      Pattern.compile(
          "(?i)((?:x-amz-[a-z-]{1,40}|signature|credential|awsaccesskeyid|token|authorization)[=:]\\s*)"
              + "(?:(?:aws4-[a-z0-9-]{1,40}|aws|basic|bearer)\\s+)?[^&\\s\"]+");

  private static final Pattern USER_INFO = Pattern.compile("//[^/@\\s]+@");

  /** Why it ended so, in a few words; credentials and signatures are taken out. */
  public String reason() {
    String reason = outcome.reason();
    if (reason.indexOf('@') >= 0) {
      reason = USER_INFO.matcher(reason).replaceAll("//***@");
    }
    boolean isSuspicious = reason.indexOf('=') >= 0 || reason.indexOf(':') >= 0;
    return isSuspicious ? SECRETS.matcher(reason).replaceAll("$1***") : reason;
  }

  /** The {@code Host} that was named, as far as is known. */
  public String host() {
    String named = request == null ? null : request.host();
    return named == null ? node.authority() : named;
  }
}
