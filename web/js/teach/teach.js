// Teaching: hold an item before the camera and name it. One dialog, from the name to its pictures.

import { openDialog } from "../base/dialog.js";
import { el } from "../base/dom.js";
import { toast } from "../base/toast.js";
import { t } from "../base/text.js";
import { tellUndoable } from "../base/undo.js";
import { live, togglePause } from "../live/live.js";
import { titleOf } from "../live/match.js";
import { takeBack, teachRefusal } from "./calls.js";
import { nameStage } from "./name.js";
import { createMirror } from "./thumbnail.js";
import { moreStage, takenStage } from "./more_views.js";

/** The changes of one dialog, shown with an undo when it is left. */
function tellDone({ item, undos, isNew }) {
  const title = titleOf(item);
  tellUndoable(t(isNew ? "teach.done" : "teach.more.done", { title }), {
    label: t("teach.undo"),
    takeBack: () => takeBack(undos),
    undone: () => t("teach.undone", { title }),
    refused: teachRefusal,
  });
}

function withoutCamera() {
  openDialog({ title: t("teach.title"), className: "teach", content: el("p", "form-words", t("teach.no_camera")) });
}

export function openTeach() {
  if (!live.now().thing) return withoutCamera();
  if (live.now().paused) togglePause(); // the picture is of what the camera sees now
  const room = el("div", "teach-room");
  const mirror = createMirror();
  const taught = { item: null, change: null, undos: [], isNew: true };
  const dialog = openDialog({
    title: t("teach.title"), className: "teach", content: room,
    onClose() {
      mirror.stop();
      if (taught.undos.length) tellDone(taught);
    },
  });

  /** Shows one stage, with the focus on its node `focus`. */
  function show({ node, focus }) {
    room.replaceChildren(node);
    focus.focus();
  }

  function take(answer) {
    const { change, undo, ...item } = answer.body;
    taught.item = item;
    taught.change = change;
    taught.undos.push(undo);
    if (dialog.node.open) showTaken();
    else tellDone(taught); // the dialog was left while the camera was asked
  }

  function showTaken() {
    show(takenStage(taught, {
      onMore: () => show(moreStage(taught.item, { mirror, onTaken: take, onBack: showTaken })),
      onUndone(item) {
        taught.undos.pop();
        taught.item = item ?? taught.item;
        if (taught.undos.length) return showTaken();
        dialog.close();
        toast(t("teach.undone", { title: titleOf(taught.item) }));
      },
      onDone: () => dialog.close(),
    }));
  }

  show(nameStage({
    mirror,
    onItem: take,
    onView(answer) {
      taught.isNew = false;
      take(answer);
    },
  }));
}
