package io.nodewise.lb.awssdk.nodes;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** An address where connecting gets no answer at all: a listener whose backlog is full. */
public final class BlackHole implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket();
  private final List<Socket> filling = new ArrayList<>();

  /** Opens one. */
  public BlackHole() throws IOException {
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
    try {
      while (filling.size() < 10) {
        Socket socket = new Socket();
        filling.add(socket);
        socket.connect(listener.getLocalSocketAddress(), 100);
      }
      throw new IOException("the backlog takes everybody");
    } catch (SocketTimeoutException full) {
      // As wanted.
    }
  }

  /** Its URL. */
  public String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : filling) {
      socket.close();
    }
    listener.close();
  }
}
