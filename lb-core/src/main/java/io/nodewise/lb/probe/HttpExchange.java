package io.nodewise.lb.probe;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.ProbeAnswer;
import io.nodewise.lb.health.ProbeRequest;
import io.nodewise.lb.node.Node;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.message.MessageSupport;

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

  private final ClassicHttpRequest request;
  private final DefaultBHttpClientConnection connection = new DefaultBHttpClientConnection(LIMITS);

  HttpExchange(Node node, HealthCheck check, ProbeRequest asked) {
    request = new BasicClassicHttpRequest(asked.method(), "/");
    request.setPath(asked.pathAndQuery()); // the constructor would take it apart: //a loses its a
    request.setHeader("Host", authority(node, check));
    request.setHeader("User-Agent", "nodewise");
    asked.headers().forEach(request::setHeader); // each in place of ours
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

  /** The answer, put together. */
  static ProbeAnswer read(ClassicHttpResponse answer, String body) {
    Map<String, String> headers = new HashMap<>();
    for (Header header : answer.getHeaders()) {
      headers.put(header.getName(), header.getValue());
    }
    return new ProbeAnswer(answer.getCode(), headers, body);
  }

  /** Reads the body, or as much of it as anybody may want. */
  String body(ClassicHttpResponse answer) throws IOException, HttpException {
    if (!MessageSupport.canResponseHaveBody(request.getMethod(), answer)) {
      return "";
    }
    connection.receiveResponseEntity(answer);
    HttpEntity entity = answer.getEntity();
    if (entity == null) {
      return "";
    }
    @SuppressWarnings("MustBeClosed") // closing would read the rest; the socket is closed instead
    InputStream body = entity.getContent();
    return new String(body.readNBytes(MAX_BODY_BYTES), StandardCharsets.ISO_8859_1);
  }
}
