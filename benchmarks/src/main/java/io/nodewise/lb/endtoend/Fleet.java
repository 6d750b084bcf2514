package io.nodewise.lb.endtoend;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * Many small S3 nodes in this process, over one store in memory: addresses of the loopback network
 * with one port, as those of a DNS name are. Each counts what it is asked. Not thread-safe but for
 * the counts.
 */
final class Fleet implements AutoCloseable {
  /** Of a node: more than the calls that three of them have at once. */
  private static final int THREADS = 64;

  private static final Duration STOP = Duration.ofSeconds(1);

  /** One of them. */
  static final class Member extends ForwardingBlobStore {
    private final String address;
    private final AtomicLong requests = new AtomicLong();
    private final S3Proxy server;

    private Member(BlobStore store, String address, int port) throws Exception {
      super(store);
      this.address = address;
      this.server =
          S3Proxy.builder()
              .blobStore(this)
              .endpoint(URI.create("http://" + address + ":" + port))
              .awsAuthentication(
                  AuthenticationType.AWS_V4, StorageNodeMain.ACCESS_KEY, StorageNodeMain.SECRET_KEY)
              .ignoreUnknownHeaders(true)
              .jettyMaxThreads(THREADS)
              .stopTimeout(STOP.toMillis())
              .build();
      server.start();
    }

    String address() {
      return address;
    }

    /** Objects that were read or written here so far. */
    long requests() {
      return requests.get();
    }

    /** A graceful stop, for as long as it may take. */
    void stop() throws IOException {
      try {
        server.stop();
      } catch (TimeoutException e) {
        // connections that lay in a pool are closed now
      } catch (Exception e) {
        throw new IOException("stopping " + address, e);
      }
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
      requests.incrementAndGet();
      return super.getBlob(request);
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream body) {
      requests.incrementAndGet();
      return super.putBlob(request, body);
    }
  }

  private final List<Member> members = new ArrayList<>();
  private final int port;

  private Fleet(int size) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("jclouds.identity", "");
    properties.setProperty("jclouds.credential", "");
    BlobStore store = BlobStores.create("transient", properties);
    port = ThreadLocalRandom.current().nextInt(20_000, 30_000); // not of outgoing connections
    try {
      for (int i = 1; i <= size; i++) {
        members.add(new Member(store, "127.0.2." + i, port));
      }
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  /** Starts so many, at a port that is free. */
  static Fleet start(int size) throws IOException {
    Exception failure = null;
    for (int tries = 0; tries < 10; tries++) {
      try {
        return new Fleet(size);
      } catch (Exception e) {
        failure = e; // the port is taken somewhere
      }
    }
    throw new IOException("no fleet", failure);
  }

  List<Member> members() {
    return List.copyOf(members);
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    for (Member member : members) {
      try {
        member.stop();
      } catch (IOException e) {
        System.err.println(e);
      }
    }
  }
}
