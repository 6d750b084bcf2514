package io.nodewise.lb.hedge;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One of the two attempts of a {@link Race}, as an adapter makes them. {@link #send}, {@link
 * #refused} and {@link #failed} are called by the thread that runs it, {@link #received} by the
 * caller's, the others by any.
 *
 * @param <R> the head of an answer, with its body to be read
 */
public interface Contender<R> {

  /**
   * Sends the request and waits for the head of an answer.
   *
   * @throws IOException to be told to {@link #failed}
   * @throws RuntimeException the same
   */
  R send() throws IOException;

  /** Whether an answer says that the node failed or asks for less. */
  boolean isErrorOfNode(R answer);

  /** The answer begins, which the caller's thread will take in. Called under the race's lock. */
  void answerBegins();

  /**
   * Ends the attempt with what an error of its node means. The other one is waited for. Where that
   * brings nothing better, what the first one's returns here is the answer; the second one's is
   * nobody's to read, and is dropped here.
   *
   * @throws IOException to be told to {@link #failed}
   */
  R refused(R answer) throws IOException;

  /**
   * It has won, and its answer is taken in.
   *
   * @throws IOException as taking it in did; whoever runs the race is to see to the answer
   */
  R received(R answer) throws IOException;

  /**
   * Ends the attempt with what an exception means.
   *
   * @throws RuntimeException the same exception, if no answer of the other one is to hide it
   */
  void failed(Exception e);

  /** Ends the attempt because the other one was answered first. */
  void lost();

  /** Ends the attempt: nobody wants it any more, and that says nothing about it. */
  void cancel(String reason);

  /** Nobody wants its answer, if there is one, nor the connection of that. */
  void drop(@Nullable R answer);

  /** Unblocks the thread in {@link #send}, and closes the connection. */
  void abort();
}
