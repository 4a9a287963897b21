// The health's view: duplicates, look-alikes and weak pictures of the catalogue, with what to do about each kind.

import { byId, el, press } from "../base/dom.js";
import { getPlace, onPlace, setPlace } from "../base/place.js";
import { dateTime, t, tCount } from "../base/text.js";
import { toast } from "../base/toast.js";
import { getItem, refusal } from "../catalogue/calls.js";
import { openItem } from "../catalogue/item.js";
import { tellChange } from "../catalogue/undo.js";
import { getReport, whyNot } from "./calls.js";
import { kindNode } from "./kind.js";

const CHECKING_MS = 1000;
const AGAIN_MS = 5000;
const OFF = 501;

const isShown = () => getPlace("view") === "health";

function build(room) {
  const count = el("p", "catalogue-count");
  count.setAttribute("role", "status");
  const bar = Object.assign(el("progress", "progress-bar"), { max: 1, value: 0, hidden: true });
  bar.setAttribute("aria-label", t("health.checking.label"));
  const again = press("button", t("health.again"), () => read({ again: true }));
  const back = press("button", t("nav.catalogue"), () => setPlace("view", "catalogue", { push: true }));
  const stateTitle = el("h3", "");
  const stateWords = el("p", "");
  const state = el("section", "catalogue-state", stateTitle, stateWords);
  const kinds = el("div", "kinds");
  room.append(
    el("div", "catalogue-head", el("div", "catalogue-title", el("h2", "", t("health.title")), count), el("div", "catalogue-ways", again, back)),
    el("p", "kind-advice", t("health.words")), bar, state, kinds);
  let [form, timer, asking] = ["", 0, null];

  /** Opens an item; what is changed there is read by the next check. */
  async function open(id) {
    const answer = await getItem(id);
    if (!answer.ok) return toast(refusal(answer));
    const changed = (key, title) => ({ undo: token }) => tellChange({ key, title, token, onUndone: () => read() });
    return openItem({
      item: answer.body,
      names: [],
      onView: () => read(),
      onSaved: (body) => { changed("catalogue.saved", body.title)(body); read(); },
      onDeleted: (body, title) => { changed("catalogue.deleted", title)(body); read(); },
      onGone: () => read(),
    });
  }

  function message(answer) {
    if (!answer.ok) return [answer.status === OFF ? t("health.off") : t("health.lost"), whyNot(answer)];
    const { trouble, checked_at: at, problems, items } = answer.body;
    if (trouble) return [t("health.failed"), trouble];
    if (at && !items) return [t("health.empty"), t("health.empty.next")];
    return at && !problems.length ? [t("health.well"), t("health.well.next")] : null;
  }

  function draw({ problems, counts }) {
    const now = JSON.stringify([problems, counts]);
    if (now === form) return;
    form = now;
    kinds.replaceChildren(...Object.entries(counts).filter(([, n]) => n).map(([kind, n]) =>
      kindNode(kind, { count: n, problems: problems.filter((each) => each.kind === kind), onOpen: open })));
  }

  function tell({ checking, checked_at: at, items }) {
    bar.hidden = !checking;
    if (checking) bar.value = checking.of ? checking.done / checking.of : 0;
    count.textContent = checking ? t("health.checking") : at ? tCount("health.checked", items, { when: dateTime(at) }) : "";
    again.disabled = checking !== null;
  }

  async function read(wish = {}) {
    clearTimeout(timer);
    asking?.abort();
    const mine = asking = new AbortController();
    const answer = await getReport({ ...wish, signal: mine.signal });
    if (asking !== mine) return;
    asking = null;
    const told = message(answer);
    state.hidden = told === null;
    if (told) [stateTitle.textContent, stateWords.textContent] = told;
    if (answer.ok) {
      tell(answer.body);
      draw(answer.body);
    }
    if (isShown() && (!answer.ok || answer.body.checking)) timer = setTimeout(read, answer.ok ? CHECKING_MS : AGAIN_MS);
  }

  state.hidden = true;
  return () => (isShown() ? read() : clearTimeout(timer));
}

/** Builds the view, and reads the report each time that it is shown. */
export function startHealth() {
  const turn = build(byId("health"));
  let was = null;
  const look = () => {
    if (isShown() !== was) turn();
    was = isShown();
  };
  onPlace(look);
  look();
}
