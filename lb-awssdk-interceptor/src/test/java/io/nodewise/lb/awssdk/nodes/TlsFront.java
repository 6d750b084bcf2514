package io.nodewise.lb.awssdk.nodes;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** What ends TLS in front of a node, and may want to know its clients. Thread-safe. */
public final class TlsFront implements AutoCloseable {
  private final FaultProxy node;
  private final SSLServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Set<String> serverNames = ConcurrentHashMap.newKeySet();

  /**
   * Opens one on a free port of 127.0.0.1.
   *
   * @param wantsIdentity whether clients without a certificate it trusts are turned away
   */
  public TlsFront(FaultProxy node, SSLContext context, boolean wantsIdentity) throws IOException {
    this.node = node;
    listener =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    listener.setNeedClientAuth(wantsIdentity);
    daemon(this::accept);
  }

  /** Its URL under this name of 127.0.0.1. */
  public String url(String host) {
    return "https://" + host + ":" + listener.getLocalPort();
  }

  /** The names that clients have sent in their handshakes; an empty one where they sent none. */
  public Set<String> serverNames() {
    return serverNames;
  }

  private void note(SSLSocket client) {
    if (client.getSession() instanceof ExtendedSSLSession session && session.isValid()) {
      List<SNIServerName> sent = session.getRequestedServerNames();
      serverNames.add(
          sent.isEmpty() ? "" : new String(sent.get(0).getEncoded(), StandardCharsets.US_ASCII));
    }
  }

  private void accept() {
    while (true) {
      try {
        Socket client = listener.accept();
        open.add(client);
        daemon(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket behind = node.dial()) {
      open.add(behind);
      FaultProxy.atOnce(client);
      note((SSLSocket) client);
      daemon(() -> pump(behind, client));
      pump(client, behind);
      open.remove(behind);
    } catch (IOException e) {
      // The node is gone.
    } finally {
      open.remove(client);
    }
  }

  /** The end of either side is the end of both. */
  private static void pump(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
    } catch (IOException e) {
      // One of them went away.
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "tls-front");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
