package io.nodewise.lb.endtoend;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How every arm was set, as the report says it. */
final class ArmSettings {
  private ArmSettings() {}

  static List<String> lines() {
    int threads = Runtime.getRuntime().availableProcessors();
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("## Settings");
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "- All clients: the SDK's `S3Client` on its Apache client with its defaults (50"
                + " connections, connect 2 s, read 30 s, checksums and signed payload as by default),"
                + " path style, the SDK's standard retries (three attempts), `apiCallTimeout` %d s.",
            Arm.CALL_TIMEOUT.toSeconds()));
    lines.add(
        "- "
            + Arms.NODEWISE
            + ": all defaults, but for the path of the health check ("
            + StorageNodeMain.HEALTH_PATH
            + "): probes every 5 s, least loaded, retries at other nodes.");
    lines.add("- " + Arms.NAIVE + ": one such client for each node, one after the other.");
    lines.add(
        "- HAProxy: "
            + threads
            + " threads, `proxies/haproxy.cfg`: least connections, checks every second (fall 2, rise"
            + " 2) and layer-7 observation, retries with redispatch for requests that fit its buffer,"
            + " shared keep-alive connections, server time-out 10 s.");
    lines.add(
        "- NGINX: "
            + threads
            + " workers, `proxies/nginx.conf`: least connections, keep-alive to the nodes, no"
            + " buffering of bodies, `max_fails` 3 in 5 s, next node on errors, time-outs and 5xx, read"
            + " time-out 10 s; its open-source edition has no active checks.");
    lines.add(
        "- Sidekick: `proxies/sidekick.args`: least, checks every second; where it is installed.");
    lines.add(
        "- Nodes: s3proxy in processes of their own ("
            + StorageNode.jvmOptions()
            + ") over one folder of files; every signature is verified.");
    lines.add("- All on one machine, by HTTP over loopback.");
    return lines;
  }
}
