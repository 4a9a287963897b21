// An item's pictures in its dialog: adding and removing one takes effect at once and can be undone.

import { el } from "../base/dom.js";
import { lazyPicture } from "../base/picture.js";
import { mayPass } from "../base/refusal.js";
import { t } from "../base/text.js";
import { sendingWords } from "../base/upload.js";
import { live } from "../live/live.js";
import { addView, refusal, removeView, tooLarge, undo } from "./calls.js";
import { openMore } from "../teach/teach.js";
import { titleOf } from "./card.js";
import { intake, listenForPictures } from "./intake.js";

/** `onItem` gets the item after each change. */
export function createViews({ item, onItem }) {
  const list = el("ul", "views");
  list.setAttribute("role", "list");
  const status = Object.assign(el("p", "views-status"), { role: "status" });
  const trouble = Object.assign(el("p", "form-trouble"), { role: "alert" });
  let busy = false;

  function draw() {
    const alone = item.pictures.length === 1;
    list.replaceChildren(...item.pictures.map((address, n) => {
      const alt = n ? t("views.alt", { title: titleOf(item), n: n + 1 }) : titleOf(item);
      const remove = Object.assign(el("button", "dialog-shut views-remove needs-staff"), { type: "button", disabled: alone, hidden: alone });
      remove.setAttribute("aria-label", t("views.remove", { n: n + 1 }));
      remove.addEventListener("click", () => change(() => removeOf(item, n), "views.removed"));
      return el("li", "view", lazyPicture(address, { width: n ? 160 : 640, alt }), remove);
    }));
  }

  /** The undo button, inside the dialog: a line outside could not be reached while it is open. */
  function tell(key, token) {
    const back = Object.assign(el("button", "button", t("catalogue.undo")), { type: "button" });
    back.addEventListener("click", () => change(() => undo(token), "views.undone", { again: () => tell(key, token) }));
    status.replaceChildren(t(key), ...(key === "views.undone" ? [] : [back]));
  }

  /** Removes the n-th picture on screen, never another that has come to its place. */
  async function removeOf(shown, n) {
    const answer = await removeView(shown.id, n, shown.revision);
    const now = answer.body?.current;
    const same = now && now.pictures.join() === shown.pictures.join(); // only the words were changed by somebody else
    return same ? removeOf(now, n) : answer;
  }

  /** `again` offers to repeat the call. */
  async function change(call, key, { again = () => {} } = {}) {
    if (busy) return false;
    busy = true;
    const held = list.contains(document.activeElement) || status.contains(document.activeElement);
    trouble.textContent = "";
    status.replaceChildren(t("views.busy"));
    const answer = await call();
    busy = false;
    status.replaceChildren();
    if (answer.body?.current) {
      item = answer.body.current;
      draw();
      onItem(item);
      trouble.textContent = t("views.overtaken");
    } else if (!answer.ok) {
      trouble.textContent = refusal(answer);
      if (mayPass(answer)) again();
    } else {
      item = answer.body;
      draw();
      onItem(item);
      tell(key, answer.body.undo);
    }
    if (held && document.activeElement === document.body) (status.querySelector("button") ?? buttons.querySelector("button")).focus();
    return answer.ok;
  }

  const onSent = (part) => status.replaceChildren(part < 1 ? sendingWords(part) : t("views.busy"));

  async function add(files) {
    for (const file of files) {
      if (tooLarge(file)) trouble.textContent = t("import.too_large", { name: file.name });
      else if (!(await change(() => addView(item.id, { file, onSent }), "views.added"))) return;
    }
  }

  const buttons = intake({ multiple: true, onPictures: add });
  const { thing, camera } = live.now();
  if (thing && camera?.state === "online") {
    const snap = Object.assign(el("button", "button", t("views.camera", { thing })), { type: "button" });
    snap.addEventListener("click", () => openMore(item, { onTaken: (answer) => change(() => answer, "views.taught") }));
    buttons.append(snap);
  }
  buttons.classList.add("needs-staff");
  draw();
  return {
    node: el("section", "views-room", list, status, trouble, buttons, el("p", "form-words", t("views.hint"))),
    /** Shows the item as somebody else has changed it. */
    take(now) {
      item = now;
      draw();
    },
    listen: (node) => listenForPictures(node, { onPictures: add, onNone: () => { trouble.textContent = t("intake.none"); } }),
  };
}
