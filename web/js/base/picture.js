// Pictures of items: from this origin only, decoded before they are shown, a placeholder for a missing one.

import { el } from "./dom.js";

const PATIENCE_MS = 700; // a slow picture must not hold the news back; it then comes in when it comes

/**
 * The address to load, or null. One on another host is the api's own under another name
 * (127.0.0.1 for localhost, a public address behind a proxy), so its path is looked up here.
 */
export function pictureAddress(address) {
  try {
    const url = new URL(address, document.baseURI);
    if (url.origin === location.origin) return url.href;
    const [own] = url.pathname.match(/items\/[^/]+\/image$/) ?? [];
    return own ? new URL(own + url.search, document.baseURI).href : null;
  } catch {
    return null;
  }
}

/** The same picture in one of the widths that the api makes: 160, 320 or 640 pixels. */
function narrowed(address, width) {
  const url = new URL(address);
  url.searchParams.set("w", width);
  return url.href;
}

/** {node, ready}: ready resolves when the node can be shown without a flash of nothing. */
export function picture(address, { width = null } = {}) {
  const node = el("span", "picture");
  const image = new Image();
  image.alt = ""; // its title stands beside it
  const missing = () => {
    image.remove();
    node.classList.add("missing");
  };
  const source = address && pictureAddress(address);
  if (!source) {
    missing();
    return { node, ready: Promise.resolve() };
  }
  image.addEventListener("error", missing);
  image.src = width ? narrowed(source, width) : source;
  node.append(image);
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  return { node, ready: Promise.race([image.decode().catch(() => {}), patience]) };
}
