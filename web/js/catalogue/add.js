// The dialog that adds an item: its picture, title and further words.

import { openDialog } from "../base/dialog.js";
import { el, setText } from "../base/dom.js";
import { t } from "../base/text.js";
import { sendingWords } from "../base/upload.js";
import { addItem, refusal, tooLarge } from "./calls.js";
import { titleOf } from "./card.js";
import { intake, listenForPictures } from "./intake.js";
import { createTrouble, placeOf } from "./trouble.js";
import { createUnsaved } from "./unsaved.js";
import { createWords } from "./words.js";

/** The chosen picture, shown before it is sent. */
function createChosen({ onPicture }) {
  const image = el("img");
  image.alt = t("add.picture.alt");
  const frame = el("div", "picture add-picture", el("p", "add-hint", t("add.hint")));
  const buttons = intake({ onPictures: ([file]) => take(file), main: true });
  const trouble = createTrouble(buttons.querySelector("button"));
  let file = null;

  function clear() {
    if (image.src) URL.revokeObjectURL(image.src);
    image.removeAttribute("src");
  }

  function take(chosen) {
    if (tooLarge(chosen)) return trouble.show(t("import.too_large", { name: chosen.name }));
    clear();
    trouble.show("");
    file = chosen;
    image.src = URL.createObjectURL(file);
    frame.replaceChildren(image);
    buttons.querySelector("button").classList.remove("button-main"); // the main button is now the one that adds
    return onPicture(file);
  }
  image.addEventListener("error", () => image.src && trouble.show(t("add.no_picture")));

  return {
    node: el("section", "views-room", frame, buttons, trouble.node),
    trouble,
    clear,
    take,
    get file() { return file; },
  };
}

/** Whether a file's name says something: not one that a camera or a screen gives to every picture. */
const named = (name) => !/^(image|picture|photo|screenshot|img|dsc|pxl)?[\s_\-\d().]*$/i.test(name);

function titleFrom(file) {
  const stem = file.name.replace(/\.[^.]+$/, "");
  return named(stem) ? stem.replace(/[_-]+/g, " ").trim() : "";
}

/** A warning that an item of that id exists; pressing the button again replaces it. */
function createReplacing() {
  const words = Object.assign(el("p"), { role: "alert" });
  const node = el("div", "unsaved", words);
  node.hidden = true;
  let told = null;
  return {
    node,
    /** The revision of the item of this id that the warning named, null if it named none. */
    over: (id) => (told?.id === id ? told.revision : null),
    tell(item) {
      told = item;
      words.textContent = t("add.replaces", { id: item.id, title: titleOf(item) });
      node.hidden = false;
    },
    hide() { node.hidden = true; },
  };
}

/** `file` is an already chosen picture. */
export function openAdd({ names, onAdded, file = null }) {
  const words = createWords({ names });
  const picture = createChosen({ onPicture: (file) => {
    if (!words.title.value) words.title.value = titleFrom(file);
    words.title.focus();
  } });
  const other = createTrouble(null);
  other.node.setAttribute("role", "alert");
  const unsaved = createUnsaved({ changed: () => picture.file !== null || words.changed(), leave: () => dialog.close(), back: words.title });
  const replacing = createReplacing();
  const sent = Object.assign(el("p", "form-words add-sent"), { role: "status" });
  const end = el("div", "form-end", el("button", "button button-main", t("add.do")));
  const form = el("form", "form item-words", words.node, other.node, sent, replacing.node, unsaved.node, end);
  const room = el("div", "item-room", picture.node, form);
  const dialog = openDialog({ title: t("add.title"), className: "dialog-wide item", content: room, mayClose: unsaved.mayClose, onClose: picture.clear });
  listenForPictures(dialog.node, { onPictures: ([file]) => picture.take(file), onNone: () => picture.trouble.show(t("intake.none")) });
  const troubles = { ...words.troubles, picture: picture.trouble, other };
  let busy = false;

  async function send() {
    const said = words.read();
    if (!said) return;
    if (!picture.file) {
      picture.trouble.show(t("add.no_file"));
      return;
    }
    replacing.hide();
    const onSent = (part) => setText(sent, part < 1 ? sendingWords(part) : t("upload.sent"));
    const answer = await addItem(said, { file: picture.file, onSent }, { over: replacing.over(said.id) });
    setText(sent, "");
    if (answer.body?.current) {
      replacing.tell(answer.body.current);
      return;
    }
    if (!answer.ok) {
      troubles[placeOf(answer)].show(refusal(answer));
      return;
    }
    dialog.close();
    setTimeout(() => onAdded(answer.body));
  }

  if (file) picture.take(file);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    form.setAttribute("aria-busy", "true");
    other.show("");
    await send();
    busy = false;
    form.removeAttribute("aria-busy");
  });
}
