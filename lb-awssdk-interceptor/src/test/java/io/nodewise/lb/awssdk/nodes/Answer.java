package io.nodewise.lb.awssdk.nodes;

import java.io.InputStream;

/**
 * What a {@link FaultProxy} says by itself in the place of its node.
 *
 * @param head everything up to and with the empty line
 * @param body so many bytes as the head says; closed by the proxy
 */
public record Answer(String head, InputStream body) {

  /** One without a body, of this status and reason. */
  public static Answer empty(String status) {
    return new Answer(
        "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n", InputStream.nullInputStream());
  }
}
