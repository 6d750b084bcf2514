package io.nodewise.lb.probe;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * TLS over a connected socket, as a request to the node would do it: its name sent and verified,
 * unless the factory's trust leaves names out.
 */
final class ProbeTls {
  private static final Pattern IP_LITERAL = Pattern.compile("[0-9.]+|.*:.*");

  private ProbeTls() {}

  /** Blocks until the handshake is over or somebody closes {@code plain}. */
  static SSLSocket handshake(SSLSocketFactory factory, Socket plain, String host)
      throws IOException {
    SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, plain.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    if (!IP_LITERAL.matcher(host).matches()) {
      try {
        // Left alone, the JDK sends no SNI for a name without a dot, such as minio1.
        parameters.setServerNames(List.of(new SNIHostName(host)));
      } catch (IllegalArgumentException e) {
        // A name that SNI can't express is not sent; whether it is verified decides the
        // certificate.
      }
    }
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }
}
