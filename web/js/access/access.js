// The owner's view: the keys of viewers and staff, and who has changed what.

import { getAccess, may, onAccess } from "../base/access.js";
import { byId, el } from "../base/dom.js";
import { t } from "../base/text.js";
import { createAudit } from "./audit.js";
import { createKeys } from "./keys.js";

export function startAccess() {
  const audit = createAudit();
  const keys = createKeys({ onChange: audit.read });
  const room = byId("keys");
  const refused = el("section", "catalogue-state", el("h2", "", t("nav.keys")), el("p", "", t("access.owner_only")));
  const unkeyed = el("section", "catalogue-state", el("h2", "", t("nav.keys")), el("p", "", t("access.no_owner")));

  function draw() {
    const { keyed } = getAccess();
    if (!may("owner")) return room.replaceChildren(refused);
    room.replaceChildren(keyed ? keys.node : unkeyed, audit.node);
    if (keyed) keys.read();
    return audit.read();
  }

  onAccess(draw);
  draw();
}
