package io.nodewise.lb.contract;

import java.util.List;
import java.util.Set;

/**
 * A way of talking S3, as far as the scenarios need it. Each method is one call of the client's own
 * API, or as many as one upload in parts takes, and fails as that API fails. Thread-safe.
 */
interface ContractClient extends AutoCloseable {

  /** In what form a body goes in or comes out. */
  enum Shape {
    BYTES,
    FILE,
    STREAM,
    PUBLISHER
  }

  /** What the client promises beyond the operations themselves. */
  Set<Feature> features();

  /** The forms in which it takes what is to be stored. */
  Set<Shape> uploads();

  /** The forms in which it hands out what is stored. */
  Set<Shape> downloads();

  void put(Shape shape, String key, byte[] content) throws Exception;

  byte[] get(Shape shape, String key) throws Exception;

  /** The object's size; -1 if there is none. */
  long size(String key) throws Exception;

  /** Keys in order, in as many pages as it takes. */
  List<String> list(String prefix) throws Exception;

  void delete(String key) throws Exception;

  void copy(String from, String to) throws Exception;

  /** One object in parts of {@link #PART} bytes and a last one of whatever is left. */
  void putInParts(String key, byte[] content) throws Exception;

  /** The smallest part that S3 takes, but for the last one. */
  int PART = 5 << 20;

  /** Begins a download, which goes on by itself and can be given up. */
  Running begin(String key) throws Exception;

  /** Closes what the user of such a client would. */
  @Override
  void close() throws Exception;

  /** A call under way. */
  interface Running {
    /** Gives it up, as this client's users do. */
    void cancel();

    /** Waits until it is over; whether it came to its end. */
    boolean await() throws Exception;
  }
}
