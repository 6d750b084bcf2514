package io.nodewise.lb.probe;

import io.nodewise.lb.node.ClusterTls;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS over a connected socket, as a request to the node would do it: its name sent and verified,
 * unless the settings leave names out or know one name for all nodes.
 */
final class ProbeTls {
  private static final Pattern IP_LITERAL = Pattern.compile("[0-9.]+|.*:.*");

  private final @Nullable ClusterTls settings; // null: those of the JVM

  ProbeTls(@Nullable ClusterTls settings) {
    this.settings = settings;
  }

  /** The first time it may read the JVM's trust store. */
  SSLSocketFactory factory() {
    return settings == null
        ? (SSLSocketFactory) SSLSocketFactory.getDefault()
        : settings.socketFactory();
  }

  /** Blocks until the handshake is over or somebody closes {@code plain}. */
  SSLSocket handshake(Socket plain, String node) throws IOException {
    String host = Optional.ofNullable(settings).flatMap(ClusterTls::serverName).orElse(node);
    SSLSocket socket = (SSLSocket) factory().createSocket(plain, host, plain.getPort(), true);
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
