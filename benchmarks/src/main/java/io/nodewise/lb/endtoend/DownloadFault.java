package io.nodewise.lb.endtoend;

import java.io.IOException;
import java.util.List;

/** What happens to the node that serves a download, and when. */
enum DownloadFault {
  PLAIN("SDK alone, undisturbed", List.of()),
  NONE("Nodewise, undisturbed", List.of()),
  KILL("Nodewise, its node killed three times", List.of(0.25, 0.5, 0.75)) {
    @Override
    void strike(StorageNode node) throws IOException, InterruptedException {
      node.kill();
    }

    @Override
    void heal(StorageNode node) throws IOException, InterruptedException {
      node.start();
    }
  },
  STOP("Nodewise, its node stopped once", List.of(0.5)) {
    @Override
    void strike(StorageNode node) throws IOException, InterruptedException {
      node.hang();
    }

    @Override
    void heal(StorageNode node) throws IOException, InterruptedException {
      node.resume();
    }
  };

  private final String shown;
  private final List<Double> moments;

  DownloadFault(String shown, List<Double> moments) {
    this.shown = shown;
    this.moments = moments;
  }

  String shown() {
    return shown;
  }

  /** After what parts of the object its node is struck. */
  List<Double> moments() {
    return moments;
  }

  boolean isStruck() {
    return !moments.isEmpty();
  }

  void strike(StorageNode node) throws IOException, InterruptedException {}

  /** It will serve again in a moment. */
  void heal(StorageNode node) throws IOException, InterruptedException {}
}
