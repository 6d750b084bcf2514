package io.nodewise.lb.node;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/*
 * There is no createSocket() without arguments: a socket that is connected later takes its peer's
 * name from the address, and there is no moment left to set another. Those who miss it (the JDK's
 * HttpsURLConnection) connect first and put TLS on top, which is what is wanted.
 */
/** Sockets whose peer has one name, whatever host they are made for. Thread-safe. */
final class ServerNameSocketFactory extends SSLSocketFactory {
  private final SSLSocketFactory delegate;
  private final TlsServerName name;

  ServerNameSocketFactory(SSLSocketFactory delegate, TlsServerName name) {
    this.delegate = delegate;
    this.name = name;
  }

  @Override
  public Socket createSocket(Socket connected, String host, int port, boolean autoClose)
      throws IOException {
    SSLSocket socket =
        (SSLSocket) delegate.createSocket(connected, name.toString(), port, autoClose);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(name.sni())); // said, because the JDK leaves out minio1
    socket.setSSLParameters(parameters);
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return over(new InetSocketAddress(host, port), null);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return over(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return over(new InetSocketAddress(host, port), null);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return over(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
  }

  private Socket over(InetSocketAddress remote, @Nullable InetSocketAddress local)
      throws IOException {
    Socket plain = new Socket();
    try {
      if (local != null) {
        plain.bind(local);
      }
      plain.connect(remote);
      return createSocket(plain, remote.getHostString(), remote.getPort(), true);
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return delegate.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return delegate.getSupportedCipherSuites();
  }
}
