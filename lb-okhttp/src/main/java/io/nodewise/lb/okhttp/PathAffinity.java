package io.nodewise.lb.okhttp;

import okhttp3.Request;

/** What is asked for, by path: the one affinity that names no session. */
enum PathAffinity implements Affinity {
  PATH;

  @Override
  public String to(Request request) {
    return request.url().encodedPath();
  }
}
