// Brings the state up to date, from the feed's events and from reads beside it.

import { getCameras, getHealth, getRecords } from "../base/api.js";
import { createFeed } from "./shared_stream.js";
import { createIndexing } from "./indexing.js";
import { failingChecks, loadingOf } from "./situation.js";
import { dropCameras, isConnected, isOfFuture, takeCamera, takeCameras, takePhase, takeRecord } from "./state.js";

const HEALTH_MS = { well: 10000, unwell: 4000, indexing: 2000 };

/** `on` holds: change(), record(record) for a new one, and missed(records) after a time without events. */
export function createNews({ state, clock, timings, thing, on }) {
  const indexing = createIndexing();
  let healthAt = -Infinity;
  const take = {
    phase(connection) {
      takePhase(state, connection);
      if (isConnected(connection)) {
        timings.opened(clock.now());
        refetch();
      } else clock.restart();
      on.change();
    },
    heartbeat: ({ now }) => clock.heard(now),
    camera(camera) {
      takeCamera(state, camera);
      on.change();
    },
    match(record) {
      if (!takeRecord(state, record, clock.latest())) return;
      if (record.thing === thing()) timings.received(record, clock.now());
      on.record(record);
    },
  };
  const feed = createFeed((name, data) => take[name](data));

  /** Reads the records that were missed while nothing came. */
  async function refetch() {
    const wanted = thing();
    const [cameras, records] = await Promise.all([getCameras(), getRecords({ thing: wanted }), readHealth()]);
    if (cameras) takeCameras(state, cameras);
    records.toReversed().forEach((record) => takeRecord(state, record, clock.latest()));
    on.change();
    if (wanted === null || wanted === thing()) {
      on.missed(records.filter((record) => record.thing === thing() && !isOfFuture(record, clock.latest())));
    }
  }

  async function readHealth() {
    healthAt = performance.now();
    const known = [...state.cameras.keys()];
    const health = await getHealth();
    state.health = health;
    if (!health) return;
    state.wasWell ||= !failingChecks(health).length && !loadingOf(health);
    state.indexing = indexing(health);
    if (health.checks.broker.ok) dropCameras(state, known, health.cameras);
  }

  return {
    open: feed.open,
    /** Closes the feed and stops reading, until it is opened again. */
    rest() {
      feed.rest();
      take.phase({ phase: "connecting", retryAt: null });
    },
    /** Reads the system's health when that is due. */
    tick(kind) {
      const well = kind === "live" && !failingChecks(state.health).length;
      const dueMs = state.indexing ? HEALTH_MS.indexing : well ? HEALTH_MS.well : HEALTH_MS.unwell;
      if (isConnected(state.connection) && performance.now() - healthAt > dueMs) readHealth();
    },
  };
}
