package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.AnswerClassifier;
import io.nodewise.lb.retry.ErrorAnswer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * What error answers mean: what the user's classifier says, and where it says nothing, what they
 * mean of S3 servers in general. Thread-safe.
 */
final class ErrorRules {
  private final @Nullable AnswerClassifier first;

  ErrorRules(LoadBalancer cluster) {
    first = cluster.answerClassifier().orElse(null);
  }

  /** Whether it may say that the node failed or asks for less, as far as its head goes. */
  boolean isPerhapsOfNode(SdkHttpResponse head) {
    return first == null ? Answer.isErrorOfNode(head) : head.statusCode() >= 400;
  }

  /** What the user's code may see of an answer. */
  private record Shown(Node node, String method, int status, String code, SdkHttpResponse head)
      implements ErrorAnswer {
    @Override
    public Optional<String> header(String name) {
      return head.firstMatchingHeader(name);
    }
  }

  /**
   * Why the request failed at this node; null if it did not.
   *
   * @param head as it came
   * @param meant what it means with its body
   * @param code of the error in its body; empty if there is none
   */
  @Nullable Failure failure(
      Node node, SdkHttpMethod method, SdkHttpResponse head, Answer meant, String code) {
    boolean isInSuccess = head.statusCode() < 300 && !code.isEmpty();
    if (first != null && (meant.isError() || isInSuccess)) {
      Outcome said = first.classify(new Shown(node, method.name(), meant.status(), code, head));
      if (said != null) {
        return Failure.of(said);
      }
    }
    return method == SdkHttpMethod.HEAD ? meant.failureOfHead() : meant.failure(code);
  }
}
