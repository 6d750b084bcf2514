package io.nodewise.lb.health;

import io.nodewise.lb.node.Node;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.message.MessageSupport;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP question and its answer on a socket that is connected already. The JDK's own clients
 * won't do: both refuse a {@code Host} of ours. Redirects are answers like any other. Blocks until
 * the answer is there or somebody closes the socket.
 */
final class HttpExchange {
  /** Health answers are small; an object listing on {@code GET /} is none of our business. */
  private static final int MAX_BODY_BYTES = 64 * 1024;

  /** What a peer that is no HTTP server may make us hold. */
  private static final Http1Config LIMITS =
      Http1Config.custom().setMaxLineLength(16 * 1024).setMaxHeaderCount(200).build();

  private final HealthCheck check;
  private final ClassicHttpRequest request;
  private final DefaultBHttpClientConnection connection = new DefaultBHttpClientConnection(LIMITS);

  HttpExchange(Node node, HealthCheck check) {
    this.check = check;
    request = new BasicClassicHttpRequest(check.method(), "/");
    request.setPath(check.path()); // the constructor would take it apart: //a loses its a
    request.setHeader("Host", authority(node, check));
    request.setHeader("User-Agent", "nodewise");
    check.headers().forEach(request::setHeader); // each in place of ours
    request.setHeader("Connection", "close");
  }

  private static String authority(Node node, HealthCheck check) {
    if (check.port() == 0) {
      return node.authority();
    }
    String host = node.host();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + check.port();
  }

  /** Sends the question and returns the head of the answer; interim answers are passed over. */
  ClassicHttpResponse ask(Socket socket) throws IOException, HttpException {
    connection.bind(socket);
    connection.sendRequestHeader(request);
    connection.flush();
    ClassicHttpResponse answer = connection.receiveResponseHeader();
    while (answer.getCode() < 200) {
      answer = connection.receiveResponseHeader();
    }
    return answer;
  }

  /** Reads the body, or as much of it as anybody may want. */
  void readBody(ClassicHttpResponse answer) throws IOException, HttpException {
    if (!MessageSupport.canResponseHaveBody(check.method(), answer)) {
      return;
    }
    connection.receiveResponseEntity(answer);
    HttpEntity entity = answer.getEntity();
    if (entity == null) {
      return;
    }
    @SuppressWarnings("MustBeClosed") // closing would read the rest; the socket is closed instead
    InputStream body = entity.getContent();
    byte[] buffer = new byte[8 * 1024];
    int total = 0;
    while (total < MAX_BODY_BYTES) {
      int read = body.read(buffer, 0, Math.min(buffer.length, MAX_BODY_BYTES - total));
      if (read < 0) {
        return;
      }
      total += read;
    }
  }

  /** The header of the answer that means down whatever its status, or null. */
  @Nullable Header downHeader(ClassicHttpResponse answer) {
    for (Header header : answer.getHeaders()) {
      String bad = check.downHeaders().get(header.getName());
      if (bad != null && bad.equalsIgnoreCase(header.getValue())) {
        return header;
      }
    }
    return null;
  }
}
