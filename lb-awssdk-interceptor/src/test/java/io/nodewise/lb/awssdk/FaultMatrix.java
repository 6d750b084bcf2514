package io.nodewise.lb.awssdk;

import io.nodewise.lb.awssdk.MatrixCall.Kind;

/** Which call comes to what when its node has which fault: the table of the faults page. */
final class FaultMatrix {
  private FaultMatrix() {}

  static MatrixOutcome outcome(MatrixCall call, MatrixFault fault) {
    if (!fault.appliesTo(call)) {
      return MatrixOutcome.NONE;
    }
    if (fault == MatrixFault.SLOW_BYTES) {
      return MatrixOutcome.SAME;
    }
    if (fault == MatrixFault.FIN_MID_HEAD
        && (call == MatrixCall.DELETE || call == MatrixCall.ABORT_UPLOAD)) {
      return MatrixOutcome.SAME; // a 204 says it all
    }
    if (fault == MatrixFault.MALFORMED_CHUNK && call.kind() == Kind.UPLOAD) {
      return MatrixOutcome.SAME; // nobody reads the body, and the head has the entity tag
    }
    if (call == MatrixCall.PUT_ONE_SHOT) {
      return MatrixOutcome.FAILS; // all of these take some of the body
    }
    if (call.kind() == Kind.DOWNLOAD && fault.isMidBody()) {
      return MatrixOutcome.RESUMED;
    }
    return fault.isCarriedOut() && call.isConfirmed()
        ? MatrixOutcome.CONFIRMED
        : MatrixOutcome.MOVED;
  }

  /** As the page shows it. */
  static String table() {
    StringBuilder table = new StringBuilder("| |");
    StringBuilder rule = new StringBuilder("|---|");
    for (MatrixFault fault : MatrixFault.values()) {
      table.append(' ').append(fault.shown).append(" |");
      rule.append("---|");
    }
    table.append('\n').append(rule).append('\n');
    for (MatrixCall call : MatrixCall.values()) {
      table.append("| ").append(call.shown).append(" |");
      for (MatrixFault fault : MatrixFault.values()) {
        table.append(' ').append(outcome(call, fault).shown).append(" |");
      }
      table.append('\n');
    }
    return table.toString();
  }
}
