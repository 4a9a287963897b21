// Teaching: turn an item before the camera and name it. One dialog, from its moments to its pictures.

import { openDialog } from "../base/dialog.js";
import { el } from "../base/dom.js";
import { refusal } from "../base/refusal.js";
import { toast } from "../base/toast.js";
import { t } from "../base/text.js";
import { tellUndoable } from "../base/undo.js";
import { live, togglePause } from "../live/live.js";
import { titleOf } from "../live/match.js";
import { takeBack } from "./calls.js";
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
    refused: refusal,
  });
}

function withoutCamera() {
  openDialog({ title: t("teach.title"), className: "teach", content: el("p", "form-words", t("teach.no_camera")) });
}

/** The dialog with the camera's picture; `show(stage)` turns it to a stage, with the focus on its node `focus`. */
function openStages({ title, onClose }) {
  if (live.now().paused) togglePause(); // the picture is of what the camera sees now
  const room = el("div", "teach-room");
  const mirror = createMirror();
  let stop = () => {};
  const dialog = openDialog({
    title, className: "dialog-wide teach", content: room,
    onClose() {
      stop();
      mirror.stop();
      onClose();
    },
  });
  return {
    dialog, mirror,
    show(stage) {
      stop();
      stop = stage.stop ?? (() => {});
      room.replaceChildren(stage.node);
      stage.focus?.focus();
      stage.start?.();
    },
  };
}

/** Takes moments of an item that exists, from the camera that is shown; `onTaken` gets the answer that saved them. */
export function openMore(item, { onTaken }) {
  const { dialog, mirror, show } = openStages({ title: t("teach.more.title", { title: titleOf(item) }), onClose() {} });
  show(moreStage(item, {
    thing: live.now().thing, mirror,
    onBack: () => dialog.close(),
    onTaken(answer) {
      dialog.close();
      onTaken(answer);
    },
  }));
}

export function openTeach() {
  const { thing } = live.now();
  if (!thing) return withoutCamera();
  const taught = { item: null, change: null, undos: [], isNew: true };
  const { dialog, mirror, show } = openStages({ title: t("teach.title"), onClose: () => taught.undos.length && tellDone(taught) });

  function take(answer) {
    const { change, undo, ...item } = answer.body;
    taught.item = item;
    taught.change = change;
    taught.undos.push(undo);
    if (dialog.node.open) showTaken();
    else tellDone(taught); // the dialog was left while they were saved
  }

  function showTaken() {
    show(takenStage(taught, {
      onMore: () => show(moreStage(taught.item, { thing, mirror, onTaken: take, onBack: showTaken })),
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
    thing, mirror,
    onItem: take,
    onView(answer) {
      taught.isNew = false;
      take(answer);
    },
  }));
}
