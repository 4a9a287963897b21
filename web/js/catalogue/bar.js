// The small bar over the catalogue that shows an import while its dialog is closed.

import { dialogIsOpen } from "../base/dialog.js";
import { el } from "../base/dom.js";
import { t } from "../base/text.js";
import { openImport } from "./start_import.js";
import { forget, goOn, onImport, stop } from "./job.js";
import { createProgress } from "./progress.js";

const ALL = ["running", "lost", "finding", "stopped", "key", "done"];

export function createImportBar() {
  const node = el("aside", "import-bar");
  node.setAttribute("aria-label", t("import.title"));
  const progress = createProgress({
    show: { label: t("import.show"), run: () => openImport(), phases: ALL },
    stop: { label: t("import.stop"), run: stop, phases: ["running", "lost"] },
    goOn: { label: t("import.go_on"), run: goOn, phases: ["stopped", "key"] },
    close: { label: t("dialog.close"), run: () => {
      forget();
      if (!dialogIsOpen()) document.getElementById("main").focus();
    }, phases: ["done", "stopped", "key"] },
  });
  node.append(progress.node);
  onImport((state) => {
    node.hidden = state === null;
    if (state) progress.render(state);
  });
  return node;
}
