// Files that are too large for a call, which a server on AWS takes at an address in S3.

import { call, getHealth } from "./api.js";
import { t } from "./text.js";

const ALWAYS_TAKEN = 1024 * 1024; // bytes
const SILENT_MS = 60000; // without a byte sent, or an answer after the last one

let above = null; // bytes, once the server has said it; Infinity for no limit

/** Whether a file has to be uploaded, because no call takes it. */
export async function mustUpload({ size }) {
  if (size <= ALWAYS_TAKEN) return false;
  if (above === null) {
    const health = await getHealth();
    if (health) above = health.uploads_above ?? Infinity;
  }
  return above !== null && size > above;
}

/** The status of sending a file to an address of S3, 0 for no answer; `onSent` gets the part that is sent, 0 to 1. */
function put(address, file, onSent) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest(); // fetch tells no progress
    let silence = 0;
    const end = () => {
      clearTimeout(silence);
      resolve(request.status);
    };
    const wait = () => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), SILENT_MS);
    };
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      wait();
      onSent(total ? loaded / total : 0);
    });
    request.addEventListener("loadend", end);
    request.open("PUT", address);
    wait();
    request.send(file);
  });
}

/**
 * Uploads a file to the address that a POST to `path` gives. The answer is that of the call if it fails, else
 * {ok, result}: `result` names the file from then on.
 */
export async function upload(path, file, onSent = () => {}) {
  const given = await call(path, { method: "POST" });
  if (!given.ok) return given;
  onSent(0);
  const status = await put(given.body.url, file, onSent);
  if (status === 200) return { ok: true, result: given.body.result };
  // A right of S3 that is lacking is no lack of our key.
  return { status: status === 0 ? 0 : 400, ok: false, body: null, detail: status === 0 ? "" : t("upload.refused", { status }) };
}

/** In tens of percent, because it is read out. */
export const sendingWords = (part) => t("upload.sending", { percent: 10 * Math.floor(10 * part) });
