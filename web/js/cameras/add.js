// The dialog that adds a camera: its address is tested first, then it gets a name and, if wished, a region.

import { openDialog } from "../base/dialog.js";
import { byId, el, press, setText } from "../base/dom.js";
import { setPlace } from "../base/place.js";
import { inOurWords } from "../base/told.js";
import { t } from "../base/text.js";
import { toast } from "../base/toast.js";
import { createBoxEditor } from "../teach/box_editor.js";
import { addCamera, testCamera, whyNot } from "./calls.js";
import { nameField, rounded, WHOLE } from "./edit.js";

const KINDS = {
  rtsp: "rtsp://user:password@192.168.1.20/stream1",
  mjpeg: "http://192.168.1.30:8080/video",
  still: "http://192.168.1.31/snapshot.jpg",
  usb: "/dev/video0",
};

function choice(label, options) {
  const select = el("select", "field-input", ...options.map(([value, words, off]) =>
    Object.assign(el("option", "", words), { value, disabled: Boolean(off) })));
  return { select, node: el("label", "field", el("span", "field-name", label), select) };
}

/** Turns this device's own camera on, in the live view. */
export function useOwn() {
  setPlace("view", null, { push: true });
  byId("own").click();
}

/** The field for the edge, hidden where there is no choice; one that is full cannot be chosen. */
function edgeChoice(edges) {
  const options = edges.map(({ edge, title, takes }) => {
    const name = title ? `${title} (${edge})` : edge;
    return [edge, takes ? name : t("cameras.edge.full", { edge: name }), !takes];
  });
  const { select, node } = choice(t("cameras.edge"), options);
  const free = edges.find(({ takes }) => takes > 0);
  if (free) select.value = free.edge;
  node.hidden = edges.length < 2;
  return { select, node };
}

/** `onDone(added)` gets the answer of the api: {thing, title, run_by}. */
export function askCamera(edges, { onDone }) {
  const kind = choice(t("cameras.kind"), Object.keys(KINDS).map((key) => [key, t(`cameras.kind.${key}`)]));
  const source = Object.assign(el("input", "field-input"), { type: "text", required: true, maxLength: 2000, autocomplete: "off", spellcheck: false });
  source.setAttribute("autocapitalize", "off");
  const hint = Object.assign(el("span", "form-words", t("cameras.address.hint")), { id: "camera-hint" });
  source.setAttribute("aria-describedby", hint.id);
  const address = el("div", "field", el("label", "field", el("span", "field-name", t("cameras.address")), source), hint);
  const edge = edgeChoice(edges);
  const { input: name, node: naming } = nameField();
  const told = el("p", "wall-told");
  told.setAttribute("role", "status");
  const trouble = el("p", "form-trouble");
  trouble.setAttribute("role", "alert");
  const boxHint = Object.assign(el("p", "form-words", t("cameras.test.ok")), { id: "camera-box" });
  const editor = createBoxEditor({ hint: boxHint.id, onChange() {} });
  const seen = el("div", "form camera-form", boxHint, editor.node);
  const moment = { box: WHOLE, address: "" };
  const test = press("button", t("cameras.test"), look);
  const save = el("button", "button button-main", t("cameras.add"));
  const form = el("form", "form camera-form", kind.node, address, edge.node, el("div", "form-end", test), told, seen, naming, trouble,
    el("div", "form-end", press("button", t("cameras.cancel"), () => dialog.close()), save));
  let tested = ""; // the address that was tested, whatever came of it

  function ready() {
    const is = Boolean(tested) && tested === source.value.trim();
    save.disabled = naming.hidden = !is;
    seen.hidden = !is || !moment.address;
  }

  async function look() {
    if (!source.reportValidity()) return;
    const asked = source.value.trim();
    test.disabled = true;
    moment.address = "";
    [tested, moment.box] = ["", WHOLE];
    setText(trouble, "");
    setText(told, t("cameras.testing"));
    ready();
    const answer = await testCamera(asked, edges.length > 1 ? edge.select.value : null);
    test.disabled = false;
    setText(told, "");
    if (!answer.ok) return setText(trouble, whyNot(answer));
    tested = asked;
    if (answer.body.picture) {
      moment.address = answer.body.picture;
      editor.show(moment);
      setText(save, t("cameras.add"));
    } else {
      setText(trouble, t("cameras.test.bad", { why: inOurWords(answer.body.refused) }));
      setText(save, t("cameras.anyway"));
    }
    ready();
    if (moment.address) name.focus();
  }

  kind.select.addEventListener("change", () => { source.placeholder = KINDS[kind.select.value]; });
  source.placeholder = KINDS.rtsp;
  source.addEventListener("input", ready);
  // While the form's own button is off, a browser sends nothing at Enter.
  source.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !save.disabled) return;
    event.preventDefault();
    look();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    save.disabled = true;
    const whole = moment.box.every((share, i) => share === WHOLE[i]);
    const answer = await addCamera({
      name: name.value, source: tested, edge: edges.length > 1 ? edge.select.value : null,
      region: whole ? null : rounded(moment.box),
    });
    save.disabled = false;
    if (!answer.ok) return setText(trouble, whyNot(answer));
    dialog.close();
    toast(t("cameras.added", { name: answer.body.title }));
    onDone(answer.body);
  });
  const dialog = openDialog({ title: t("cameras.add"), content: form });
  ready();
  source.focus();
}
