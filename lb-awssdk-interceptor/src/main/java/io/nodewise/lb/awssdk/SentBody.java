package io.nodewise.lb.awssdk;

import org.jspecify.annotations.Nullable;

/**
 * What became of the request body of one attempt: whether anybody asked for it, and whether it
 * failed by itself. Written by whoever sends it; read by any thread.
 */
abstract class SentBody {
  private final boolean exists;
  private final long length;
  private volatile boolean touched; // by the sending thread
  private volatile @Nullable Throwable localFailure; // by the sending thread

  /**
   * @param length its bytes; negative where that is not known
   */
  SentBody(boolean exists, long length) {
    this.exists = exists;
    this.length = length;
  }

  final boolean exists() {
    return exists;
  }

  final boolean isTouched() {
    return touched;
  }

  /**
   * Whether there is a body and nobody asked for it: then the node can't have carried out the
   * request, however much of its head it has seen. Of an empty body nobody asks for the bytes.
   */
  final boolean isKept() {
    return exists && length != 0 && !touched;
  }

  final @Nullable Throwable localFailure() {
    return localFailure;
  }

  /** Somebody asks for it. */
  final void touched() {
    touched = true;
  }

  /** It can't be read. */
  final void failed(Throwable e) {
    localFailure = e;
  }

  /** Whether so many bytes are all of it, as far as is known. */
  final boolean isAll(long bytes) {
    return length >= 0 && bytes >= length;
  }
}
