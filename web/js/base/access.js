// Who the visitor is to the server, what they may do there, and what anybody may see.

import { authorization, forget, onForgotten, onKey } from "./key.js";

const ROLES = ["viewer", "staff", "owner"];
const TIMEOUT_MS = 8000;
const listeners = new Set();
// Until the server has said it: as it is without roles.
let access = { name: null, role: null, public: "catalogue", keyed: false };

export const getAccess = () => access;

/** Whether the visitor may do what this role may. Who has given no key is asked for it when they try. */
export const may = (least) => access.role === null || ROLES.indexOf(access.role) >= ROLES.indexOf(least);

/** Whether matches and pictures are shown to those with a key alone. */
export const isClosed = () => access.public === "nothing";

/** Whether this visitor sees nothing, as they have no key; the page then has a button that asks for one. */
export const isLocked = () => isClosed() && access.role === null;

/** The key for reading, where that asks for one; else none, so that all share a cache's answer. */
export const readHeaders = () => (access.public === "catalogue" ? {} : authorization());

/** Calls `take` whenever the server has said who the visitor is. */
export const onAccess = (take) => listeners.add(take);

async function ask() {
  const given = authorization();
  const answer = await fetch("access", { cache: "no-store", headers: given, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (answer.status === 401 && given.Authorization) {
    forget(given, { quietly: true });
    return ask();
  }
  return answer.ok ? answer.json() : null;
}

/** Asks the server; what is not answered stays as it was. */
export async function readAccess() {
  const told = await ask().catch(() => null);
  if (!told?.public) return;
  access = told;
  const { role, keyed } = access;
  Object.assign(document.body.dataset, { role: keyed ? role ?? "none" : "owner", keyed, locked: isLocked() });
  listeners.forEach((take) => take(access));
}

onKey(readAccess);
onForgotten(readAccess);
