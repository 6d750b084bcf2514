package io.nodewise.lb.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.contract.ContractClient.Shape;
import java.util.Set;

/** One small call, on objects that {@link #prepare} has stored. Safe to run by many at once. */
enum Op {
  GET {
    @Override
    void run(ContractClient client, int n) throws Exception {
      assertThat(client.get(anyOf(client.downloads(), n), key(n))).isEqualTo(content(n));
    }
  },
  HEAD {
    @Override
    void run(ContractClient client, int n) throws Exception {
      assertThat(client.size(key(n))).isEqualTo(content(n).length);
    }
  },
  LIST {
    @Override
    void run(ContractClient client, int n) throws Exception {
      assertThat(client.list("held/")).hasSize(OBJECTS);
    }
  },
  PUT {
    @Override
    void run(ContractClient client, int n) throws Exception {
      client.put(anyOf(client.uploads(), n), "put/" + n, content(n));
    }
  },
  COPY {
    @Override
    void run(ContractClient client, int n) throws Exception {
      client.copy(key(n), "copied/" + n);
    }
  },
  DELETE {
    @Override
    void run(ContractClient client, int n) throws Exception {
      client.delete("put/" + (n - 1));
    }
  };

  private static final int OBJECTS = 5;

  /** Runs it for the n-th time, and checks what comes of it. */
  abstract void run(ContractClient client, int n) throws Exception;

  static void prepare(ContractClient client) throws Exception {
    for (int n = 0; n < OBJECTS; n++) {
      client.put(anyOf(client.uploads(), n), key(n), content(n));
    }
  }

  private static String key(int n) {
    return "held/" + n % OBJECTS;
  }

  private static byte[] content(int n) {
    return Content.of(5_000 + 1_000 * (n % OBJECTS));
  }

  private static Shape anyOf(Set<Shape> shapes, int n) {
    return shapes.stream().sorted().skip(n % shapes.size()).findFirst().orElseThrow();
  }
}
