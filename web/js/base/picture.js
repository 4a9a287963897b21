// Pictures of items: from this origin only, loaded before they are shown, a placeholder for a missing one.

import { isClosed } from "./access.js";
import { el } from "./dom.js";
import { fetchInto, keyedPicture } from "./keyed_picture.js";

const PATIENCE_MS = 700; // a slow picture must not hold the news back; it then comes in when it comes

/**
 * The address to load, or null. An item's picture is the api's own, whatever host and path its address names
 * (127.0.0.1 for localhost, a public address behind a proxy), so it is looked up here.
 */
export function pictureAddress(address) {
  try {
    const url = new URL(address, document.baseURI);
    const [own] = url.pathname.match(/items\/[^/]+\/image$/) ?? [];
    if (own) return new URL(own + url.search, document.baseURI).href;
    return url.origin === location.origin ? url.href : null;
  } catch {
    return null;
  }
}

/** The address of the same picture at most `width` pixels wide and high (160, 320 or 640), or at full size; or null. */
function sourceOf(address, width) {
  const own = address && pictureAddress(address);
  if (!own || !width) return own || null;
  const url = new URL(own);
  url.searchParams.set("w", width);
  return url.href;
}

/** {node, loads}: a frame with the image, or with a placeholder if it is missing or does not load. */
function framed(image, source) {
  const node = el("span", "picture");
  const missing = () => {
    image.remove();
    node.classList.add("missing");
  };
  if (!source) {
    missing();
    return { node, loads: false };
  }
  image.addEventListener("error", missing);
  if (isClosed()) fetchInto(image, source, missing);
  else image.src = source;
  node.append(image);
  return { node, loads: true };
}

/** {node, ready}: ready resolves when the node can be shown without a flash of nothing. */
export function picture(address, { width = null } = {}) {
  const image = new Image();
  image.alt = ""; // its title stands beside it
  image.decoding = "sync"; // by the frame that shows it first: decode() would take frames of its own
  const { node, loads } = framed(image, sourceOf(address, width));
  if (!loads) return { node, ready: Promise.resolve() };
  const ready = new Promise((resolve) => {
    ["load", "error"].forEach((end) => image.addEventListener(end, resolve));
    setTimeout(resolve, PATIENCE_MS);
  });
  return { node, ready };
}

/** A picture that is loaded when it scrolls into view; `alt` is empty where its title stands beside it. */
export function lazyPicture(address, { width, alt = "" }) {
  if (isClosed()) return keyedPicture(sourceOf(address, width), { alt });
  const image = Object.assign(el("img"), { alt, loading: "lazy", decoding: "async" });
  return framed(image, sourceOf(address, width)).node;
}
