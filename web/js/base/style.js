// A style sheet that is loaded with the view that needs it.

const sheets = new Map();

/** Resolves when the sheet is there, or cannot be had: a view without its looks is better than none. */
export function loadStyle(address) {
  if (sheets.has(address)) return sheets.get(address);
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address });
  const loading = new Promise((resolve) => {
    ["load", "error"].forEach((end) => link.addEventListener(end, resolve));
    document.head.append(link);
  });
  sheets.set(address, loading);
  return loading;
}
