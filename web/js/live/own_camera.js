// This device's camera: opened by its button; its frames go to the api under a name of its own.

import { postFrame } from "../base/api.js";
import { byId, el } from "../base/dom.js";
import { pause } from "../base/pause.js";
import { setRich, t } from "../base/text.js";

const WIDTH_PX = 640;
const QUALITY = 0.8;
const EVERY_MS = 100;
const RETRY_MS = 2000;
const NAME = "lookalike.camera";
const WANTED = { audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } } };
const TROUBLES = {
  NotAllowedError: "denied", SecurityError: "denied",
  NotFoundError: "none", OverconstrainedError: "none",
  NotReadableError: "busy", AbortError: "busy",
};

/** The camera's name, which stays the same in this browser and differs between browsers. */
function ownName() {
  const fresh = `browser-${crypto.getRandomValues(new Uint32Array(1))[0].toString(16).padStart(8, "0").slice(0, 4)}`;
  try {
    const known = localStorage.getItem(NAME);
    if (/^browser-[0-9a-f]{4}$/.test(known)) return known;
    localStorage.setItem(NAME, fresh);
  } catch { /* a browser that stores nothing has another name after each reload */ }
  return fresh;
}

function words(error) {
  const kind = TROUBLES[error.name];
  return kind ? t(`own.${kind}`) : t("own.other", { detail: error.message || error.name });
}

/** The api's reason to refuse frames, in words; a lost server has a banner of its own. */
function refusal(status, detail) {
  if (status === 202 || status === 0) return "";
  return status === 401 ? t("own.key") : t("own.refused", { detail });
}

/** The camera's next frame; none comes while the page is hidden. */
function nextFrame(video) {
  return new Promise((resolve) => {
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
    else requestAnimationFrame(resolve);
  });
}

function toJpeg(video, canvas) {
  const scale = Math.min(1, WIDTH_PX / video.videoWidth);
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

/** A video that shows a camera's stream. */
export async function play(stream) {
  const video = el("video");
  video.muted = video.playsInline = true;
  video.srcObject = stream;
  await video.play();
  return video;
}

/** `onChange(thing or null, stream)` when it starts and stops; `refused` is called when the api needs a key. */
export function createOwnCamera({ onChange, refused }) {
  const [button, trouble, sender] = ["own", "own-trouble", "own-sender"].map(byId);
  const thing = ownName();
  const canvas = document.createElement("canvas");
  let stream = null;
  let opening = false;

  function tell(text) {
    if (trouble.dataset.said === text) return;
    trouble.dataset.said = text;
    setRich(trouble, text);
    trouble.parentElement.hidden = !text;
  }

  /** Names the button, also in a tooltip where it is a mere sign. */
  function name(key) {
    button.textContent = button.title = t(key);
    document.body.toggleAttribute("data-own", key === "own.stop");
  }

  async function open() {
    tell("");
    if (!isSecureContext) return tell(t("own.insecure", { origin: location.origin, port: location.port || 80 }));
    if (!navigator.mediaDevices?.getUserMedia) return tell(t("own.unsupported"));
    try {
      stream = await navigator.mediaDevices.getUserMedia(WANTED);
      const video = await play(stream);
      stream.getVideoTracks().forEach((track) => track.addEventListener("ended", () => close(t("own.ended"))));
      sender.replaceChildren(video);
      name("own.stop");
      onChange(thing, stream);
      send(stream, video);
    } catch (error) {
      close(words(error));
    }
  }

  /** Closes the camera. */
  function close(why = "") {
    tell(why);
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    sender.replaceChildren();
    name("own.start");
    onChange(null, null);
  }

  /** Sends one frame at a time: the next is taken when the last is answered. */
  async function send(mine, video) {
    while (stream === mine) {
      const beganAt = performance.now();
      await nextFrame(video);
      const jpeg = stream === mine && await toJpeg(video, canvas);
      if (!jpeg) continue;
      const { status, detail } = await postFrame(thing, jpeg);
      if (stream !== mine) return;
      if (status === 401) refused();
      tell(refusal(status, detail));
      await pause(status === 202 ? EVERY_MS - (performance.now() - beganAt) : RETRY_MS);
    }
  }

  name("own.start");
  button.addEventListener("click", async () => {
    if (opening) return; // the browser asks the visitor for permission
    opening = true;
    if (stream) close();
    else await open();
    opening = false;
  });

  return { thing };
}
