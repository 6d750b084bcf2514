package io.nodewise.lb.awssdk;

import static io.nodewise.lb.awssdk.MatrixCall.Kind.DOWNLOAD;
import static io.nodewise.lb.awssdk.MatrixCall.Kind.UPLOAD;

import io.nodewise.lb.awssdk.nodes.Fault;

/** What a node may do to a request. */
enum MatrixFault {
  RESET_MID_REQUEST("reset mid-request") {
    @Override
    Fault of(MatrixCall call) {
      // Where there is a body, in the middle of it; else in the middle of the head.
      return Fault.resetRequest(call.kind() == UPLOAD ? MatrixCell.SIZE / 2 : 100);
    }
  },
  STOPS_READING("stops reading the upload") {
    @Override
    Fault of(MatrixCall call) {
      return Fault.stallRequest(MatrixCell.SIZE / 2);
    }

    @Override
    boolean appliesTo(MatrixCall call) {
      return call.kind() == UPLOAD;
    }
  },
  RESET_BEFORE_HEADERS("reset before headers") {
    @Override
    Fault of(MatrixCall call) {
      return Fault.loseReply();
    }
  },
  EMPTY_REPLY("empty reply") {
    @Override
    Fault of(MatrixCall call) {
      return Fault.cutReply(0);
    }
  },
  FIN_MID_HEAD("FIN mid-head") {
    @Override
    Fault of(MatrixCall call) {
      return Fault.cutReply(STATUS_LINE + 4);
    }
  },
  SILENCE("silence after request") {
    @Override
    Fault of(MatrixCall call) {
      return Fault.stallReply(0);
    }
  },
  SLOW_DOWN("503 SlowDown") {
    @Override
    Fault of(MatrixCall call) {
      return Fault.answerInstead(503, Fault.error("SlowDown"));
    }
  },
  ERROR_500("500") {
    @Override
    Fault of(MatrixCall call) {
      return Fault.answerInstead(500, Fault.error("InternalError"));
    }
  },
  ERROR_500_AFTERWARDS("500, but done") {
    @Override
    Fault of(MatrixCall call) {
      return Fault.answerAfterwards(500, Fault.error("InternalError"));
    }
  },
  FAST_503S("fast 503s") {
    @Override
    Fault of(MatrixCall call) {
      return Fault.answerInstead(503, "<html>Service Unavailable</html>");
    }
  },
  MALFORMED_CHUNK("malformed chunk") {
    @Override
    Fault of(MatrixCall call) {
      return Fault.malformedBody(bodyBytes(call));
    }

    @Override
    boolean appliesTo(MatrixCall call) {
      return call.hasAnswerBody() || call.kind() == UPLOAD;
    }
  },
  CUT_MID_BODY("cut mid-body") {
    @Override
    Fault of(MatrixCall call) {
      return Fault.resetBody(bodyBytes(call));
    }

    @Override
    boolean appliesTo(MatrixCall call) {
      return call.hasAnswerBody();
    }
  },
  FIN_MID_BODY("FIN mid-body") {
    @Override
    Fault of(MatrixCall call) {
      return Fault.cutBody(bodyBytes(call));
    }

    @Override
    boolean appliesTo(MatrixCall call) {
      return call.hasAnswerBody();
    }
  },
  STALL_MID_BODY("stall mid-body") {
    @Override
    Fault of(MatrixCall call) {
      return Fault.stallBody(bodyBytes(call));
    }

    @Override
    boolean appliesTo(MatrixCall call) {
      return call.hasAnswerBody();
    }
  },
  SLOW_BYTES("slow bytes") {
    @Override
    Fault of(MatrixCall call) {
      return Fault.slowReply(call.kind() == DOWNLOAD ? 3L * MatrixCell.SIZE : 3000);
    }
  };

  private static final int STATUS_LINE = "HTTP/1.1 200 OK\r\n".length();

  final String shown;

  MatrixFault(String shown) {
    this.shown = shown;
  }

  /** How it is done to this call. */
  abstract Fault of(MatrixCall call);

  boolean appliesTo(MatrixCall call) {
    return true;
  }

  /** Whether every such request to the node meets it, and not only the first. */
  boolean lasts() {
    return this == FAST_503S;
  }

  /** Whether the node answers, though not as it should. */
  boolean isAnswer() {
    return this == SLOW_DOWN
        || this == ERROR_500
        || this == ERROR_500_AFTERWARDS
        || this == FAST_503S;
  }

  /** Whether the answer's head comes as it should, and its body does not. */
  boolean isMidBody() {
    return this == MALFORMED_CHUNK
        || this == CUT_MID_BODY
        || this == FIN_MID_BODY
        || this == STALL_MID_BODY;
  }

  /** Whether the node carries the request out all the same. */
  boolean isCarriedOut() {
    return isMidBody()
        || this == RESET_BEFORE_HEADERS
        || this == EMPTY_REPLY
        || this == FIN_MID_HEAD
        || this == SILENCE
        || this == ERROR_500_AFTERWARDS;
  }

  /** Whether it is the node's fault and not a matter of load. */
  boolean isCharged(MatrixCall call) {
    if (this == FAST_503S) {
      return call != MatrixCall.HEAD; // whose answer has no body to tell one 503 from another
    }
    return this != SLOW_DOWN;
  }

  private static long bodyBytes(MatrixCall call) {
    return call.kind() == DOWNLOAD ? MatrixCell.SIZE / 2 : 40;
  }
}
