package com.palantir.dialogue.core;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ListMultimap;
import com.palantir.dialogue.Response;
import com.palantir.dialogue.ResponseAttachments;
import com.palantir.tritium.metrics.registry.DefaultTaggedMetricRegistry;
import java.io.InputStream;
import java.util.concurrent.ThreadLocalRandom;

/** The way to Dialogue's scores of nodes, which its package keeps to itself. */
public final class DialogueTracker {
  private static final Response FINE =
      new Response() {
        private final ResponseAttachments attachments = ResponseAttachments.create();

        @Override
        public InputStream body() {
          return InputStream.nullInputStream();
        }

        @Override
        public int code() {
          return 200;
        }

        @Override
        public ListMultimap<String, String> headers() {
          return ImmutableListMultimap.of();
        }

        @Override
        public ResponseAttachments attachments() {
          return attachments;
        }

        @Override
        public void close() {}
      };

  private final BalancedScoreTracker tracker;

  /** Of so many nodes. */
  public DialogueTracker(int nodes) {
    tracker =
        new BalancedScoreTracker(
            nodes,
            ThreadLocalRandom.current(),
            System::nanoTime,
            new DefaultTaggedMetricRegistry(),
            "nodes");
  }

  /** The best node by score, a request to it begun and answered. */
  public int request() {
    BalancedScoreTracker.ChannelScoreInfo best =
        tracker.getSnapshotsInOrderOfIncreasingScore()[0].getDelegate();
    best.startRequest();
    best.onSuccess(FINE);
    return best.channelIndex();
  }
}
