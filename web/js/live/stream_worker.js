// A browser's one stream: a worker that all tabs share, each by a port of its own.

import { createSource } from "./source.js";

const GONE_MS = 20000; // five times the silence of a visible tab; a closed port sends nothing
const SWEEP_MS = 5000;
const looking = new Map(); // port → time of its last message
let phase = null;
let heartbeat = null; // {serverMs, atMs}

const source = createSource((name, data) => {
  if (name === "phase") phase = data;
  if (name === "heartbeat") heartbeat = { serverMs: Date.parse(data.now), atMs: performance.now() };
  for (const port of looking.keys()) port.postMessage({ name, data });
});

/** The last events, which a tab that joins gets at once. */
function greet(port) {
  if (heartbeat && phase?.phase === "open") {
    const nowMs = heartbeat.serverMs + performance.now() - heartbeat.atMs;
    port.postMessage({ name: "heartbeat", data: { now: new Date(nowMs).toISOString() } });
  }
  if (phase) port.postMessage({ name: "phase", data: phase });
}

function leave(port) {
  if (!looking.delete(port) || looking.size) return;
  source.rest();
  phase = heartbeat = null;
}

/** Messages of a tab: "open" and "here" while it is visible, "rest" when it no longer is. */
function hear(port, word) {
  if (word === "rest") return leave(port);
  const known = looking.has(port);
  looking.set(port, performance.now());
  if (!known || word === "open") {
    greet(port);
    source.open();
  }
  port.postMessage({ name: "here" });
}

setInterval(() => {
  for (const [port, heardAt] of looking) if (performance.now() - heardAt > GONE_MS) leave(port);
}, SWEEP_MS);

self.addEventListener("connect", ({ ports: [port] }) => {
  port.addEventListener("message", ({ data }) => hear(port, data));
  port.addEventListener("close", () => leave(port)); // in browsers that have this event
  port.start();
});
