package io.nodewise.lb.awssdk;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What one node, or none, has to say of a body that is published. All within one {@link Serial}.
 */
interface Part {
  /** So many more buffers are wanted; told even if it is none, once, as soon as it is read. */
  void demand(long buffers);

  /** Who is told from now on. */
  void readBy(Reader reader);

  /** Whether no more comes, though not all may have been asked for. */
  boolean isAllHere();

  /** Nobody wants the rest: it ends here, and its connection is closed. */
  void cancel();

  /** Who is told. */
  interface Reader {
    void next(ByteBuffer bytes);

    /** There is no more. */
    void ended();

    /** It broke off; the attempt has ended with that. */
    void brokeOff(IOException why);

    /** No more comes, but not all may have been asked for; told once, last. */
    void allCame();
  }

  /** What needs no node. */
  final class Made implements Part {
    private @Nullable ByteBuffer bytes;
    private @Nullable Reader reader;

    Made(byte[] all) {
      bytes = all.length == 0 ? null : ByteBuffer.wrap(all);
    }

    @Override
    public void readBy(Reader told) {
      reader = told;
    }

    @Override
    public void demand(long buffers) {
      Reader told = reader;
      ByteBuffer left = bytes;
      if (told == null || (left != null && buffers == 0)) {
        return;
      }
      bytes = null;
      if (left != null) {
        told.next(left);
      }
      if (reader != null) {
        reader = null;
        told.ended();
      }
    }

    @Override
    public boolean isAllHere() {
      return true;
    }

    @Override
    public void cancel() {
      reader = null;
    }
  }
}
