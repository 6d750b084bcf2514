package io.nodewise.lb.awssdk;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/*
 * HTTP tells a whole body from a broken one by its length or its chunks. It can't where the
 * connection's end is the body's, which is also what is left of a head that was cut before it named
 * a length: then an answer looks empty, or ends somewhere. XML tells by its root element.
 *
 * Lists are some hundred kilobytes long, and none of this needs more than their two ends.
 */
/** The text of a small answer. */
final class Document {
  /** Bytes: more than what stands before a root element, and the whole of an error. */
  private static final int HEAD = 8192;

  /** Bytes: more than the name of a root element and some white space. */
  private static final int TAIL = 512;

  /** What stands before the root element, and its name. */
  private static final Pattern ROOT =
      Pattern.compile(
          "\\A\\s*(?:<\\?[^>]*>\\s*|<!--.*?-->\\s*|<!DOCTYPE[^>]*>\\s*)*<([^\\s/>!?]+)",
          Pattern.DOTALL);

  private final String head;
  private final String tail;
  private final String root;

  Document(byte[] bytes) {
    head = new String(bytes, 0, Math.min(HEAD, bytes.length), StandardCharsets.UTF_8);
    byte[] last = Arrays.copyOfRange(bytes, Math.max(0, bytes.length - TAIL), bytes.length);
    tail = new String(last, StandardCharsets.UTF_8).strip();
    Matcher matcher = ROOT.matcher(head);
    root = matcher.find() ? matcher.group(1) : "";
  }

  /** Whether there is nothing, or white space. */
  boolean isEmpty() {
    return tail.isEmpty() && head.isBlank();
  }

  /** Whether the root element ends; of what is no XML nothing is known, so that is whole. */
  boolean isWhole() {
    return root.isEmpty()
        ? !head.stripLeading().startsWith("<")
        : tail.endsWith("</" + root + ">") || (tail.endsWith("/>") && isEmptyElement());
  }

  private boolean isEmptyElement() {
    int begins = head.indexOf("<" + root);
    return head.indexOf('>', begins) == head.stripTrailing().length() - 1;
  }

  /** Whether it is an error, whatever status it came with. */
  boolean isError() {
    return root.equals("Error");
  }

  /** Whether there is such an element. */
  boolean has(String element) {
    return head.contains("<" + element + ">") || head.contains(":" + element + ">");
  }

  /** The S3 error code, or an empty string. */
  String code() {
    return Answer.code(head);
  }
}
