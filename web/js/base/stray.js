// What is dropped where nobody takes it: the browser would show it in the page's place.

const EDITABLE = "input, textarea, [contenteditable]";

/** Words and links may go where one types; a file has no business there either. */
const fits = ({ target, dataTransfer }) => !dataTransfer?.types.includes("Files") && Boolean(target.closest?.(EDITABLE));

/** Refuses it; to be called after all others that listen on the window for what they take themselves. */
export function refuseStrays() {
  const refuse = (event) => {
    if (event.defaultPrevented || fits(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  };
  for (const name of ["dragenter", "dragover", "drop"]) window.addEventListener(name, refuse);
}
