// Files that are dropped where no part of the page takes them: the browser would open them in the page's place.

const EDITABLE = "input, textarea, [contenteditable]";

/** Text and links may be dropped into fields, files may not. */
const fits = ({ target, dataTransfer }) => !dataTransfer?.types.includes("Files") && Boolean(target.closest?.(EDITABLE));

/** Refuses such drops; call it after all other listeners of the window. */
export function refuseStrays() {
  const refuse = (event) => {
    if (event.defaultPrevented || fits(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  };
  for (const name of ["dragenter", "dragover", "drop"]) window.addEventListener(name, refuse);
}
