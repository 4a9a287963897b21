// The page's updates, from the worker that all tabs of a browser share, or without one from a stream of its own.

import { isClosed, readHeaders } from "../base/access.js";
import { forget } from "../base/key.js";
import { createSource } from "./source.js";

const WORKER = new URL("./stream_worker.js", import.meta.url);
const NAME = "lookalike-stream-1"; // raise the number when the messages change: an old page may keep the old worker running
const HERE_MS = 4000;
const PATIENCE = 3; // number of messages without an answer

/** The shared worker as a source; `failed()` is called once if it does not run. Throws if the browser has none. */
function createShared(emit, failed) {
  const worker = new SharedWorker(WORKER, { type: "module", name: NAME });
  const { port } = worker;
  let unanswered = 0;
  let timer = 0;
  let ended = false;

  function say(word) {
    if (unanswered >= PATIENCE) return end();
    unanswered += 1;
    port.postMessage(word);
  }

  function end() {
    if (ended) return;
    ended = true;
    clearInterval(timer);
    port.postMessage("rest");
    port.close();
    failed();
  }

  worker.addEventListener("error", end);
  port.addEventListener("message", ({ data: { name, data } }) => {
    unanswered = 0;
    if (timer && name !== "here") emit(name, data);
  });
  port.start();
  return {
    open() {
      clearInterval(timer);
      timer = setInterval(say, HERE_MS, "here");
      say("open");
    },
    rest() {
      clearInterval(timer);
      timer = 0;
      unanswered = 0;
      port.postMessage("rest");
    },
  };
}

/** {open, rest}: between the two calls `emit` gets the events of source.js. */
export function createFeed(emit) {
  let wanted = false;
  let shared = true;
  const alone = () => {
    shared = false;
    feed = createSource(emit, { headers: readHeaders, refused: forget });
    if (wanted) feed.open();
  };
  let feed;
  try {
    feed = createShared(emit, alone);
  } catch {
    alone();
  }
  return {
    open() {
      wanted = true;
      // The worker has no key.
      if (shared && isClosed()) {
        feed.rest();
        alone();
      } else feed.open();
    },
    rest() {
      wanted = false;
      feed.rest();
    },
  };
}
