// Search by picture: one dialog that takes pictures, one after another, and shows the items that each looks like.

import { call } from "../base/api.js";
import { openDialog } from "../base/dialog.js";
import { byId, el } from "../base/dom.js";
import { addKey } from "../base/keys.js";
import { refusal } from "../base/refusal.js";
import { t, tCount } from "../base/text.js";
import { createAnswer, createAsked } from "./answer.js";
import { createPickers } from "./pickers.js";
import { takeDropped, takePasted } from "./intake.js";
import { shrink } from "./shrink.js";

const TIMEOUT_MS = 60000;
const KEPT = 10;
const AT_ONCE = 10;

let open = null; // {ask(files)} while the dialog is

function trouble(words) {
  const node = el("p", "form-trouble", words);
  node.setAttribute("role", "alert");
  return node;
}

/** Fills `node` with the answer to one file until the signal `gone`; `keep(address)` gets each object URL to revoke. */
async function answerTo(file, node, { keep, gone }) {
  const small = await shrink(file);
  if (gone.aborted) return;
  if (!small) return node.replaceChildren(trouble(t("ask.no_picture", { name: file.name || t("ask.asked") })));
  const address = URL.createObjectURL(small.blob);
  keep(address);
  const asked = createAsked(address, small);
  const words = el("p", "asked-wait", t("ask.looking"));
  node.replaceChildren(asked.node, words);
  const body = new FormData();
  body.append("image", small.blob, "picture");
  const answer = await call("search", { method: "POST", body, signal: gone, timeoutMs: TIMEOUT_MS });
  if (answer.ok) asked.mark(answer.body.box);
  words.replaceWith(answer.ok ? createAnswer(answer.body) : trouble(refusal(answer)));
}

function openAsk() {
  const addresses = new Set();
  const gone = new AbortController();
  const leftOut = trouble("");
  const results = el("ol", "asks");
  results.setAttribute("aria-live", "polite");
  let last = Promise.resolve();
  const pickers = createPickers({ onFiles: (files) => open?.ask(files) });
  const dialog = openDialog({
    title: t("ask.title"), className: "dialog-wide ask", content: [pickers.node, leftOut, results],
    onClose() {
      open = null;
      gone.abort();
      addresses.forEach((address) => URL.revokeObjectURL(address));
    },
  });
  const here = dialog.node;
  pickers.focus.focus();

  open = {
    /** Pictures in a row: the newest answer stands above those before it. */
    ask(files) {
      const over = files.length - AT_ONCE;
      leftOut.textContent = over > 0 ? tCount("ask.left_out", over, { most: AT_ONCE }) : "";
      for (const file of files.slice(0, AT_ONCE)) {
        last = last.then(async () => {
          if (gone.signal.aborted) return;
          here.dataset.asked = "yes";
          const node = el("li", "ask-one");
          results.prepend(node);
          [...results.children].slice(KEPT).forEach((each) => each.remove());
          await answerTo(file, node, { keep: (address) => addresses.add(address), gone: gone.signal });
        });
      }
    },
  };
  return open;
}

/** Searches by pictures from anywhere on the page, in the dialog, which is opened if it is not yet open. */
function ask(files) {
  if (files.length) (open ?? openAsk()).ask(files);
}

export function startAsk() {
  const button = byId("ask");
  button.title = t("ask.button"); // where it is a mere sign
  button.addEventListener("click", openAsk);
  const onLive = () => document.body.dataset.page === "live";
  addKey({ key: "s", text: "help.ask", run: openAsk, when: onLive });
  const taking = () => open !== null || (onLive() && document.querySelector("dialog[open]") === null);
  takeDropped({ onFiles: ask, when: taking });
  takePasted({ onFiles: ask, when: taking });
}
