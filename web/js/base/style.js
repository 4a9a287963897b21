// A style sheet that is loaded with the view that needs it.

/** Resolves when the sheet is there, or cannot be had: a view without its looks is better than none. */
export function loadStyle(address) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address });
  return new Promise((resolve) => {
    ["load", "error"].forEach((end) => link.addEventListener(end, resolve));
    document.head.append(link);
  });
}
