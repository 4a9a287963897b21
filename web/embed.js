// Shows a camera's live match in any page whose origin LOOKALIKE_EMBED_ORIGINS allows:
//   <script src="https://lookalike.example/embed.js" data-camera="cam-1" data-fields="category,price"></script>
// Also: data-width, data-height, data-title. The frame sends the event `lookalike-match`, which bubbles, whenever
// the answer changes: event.detail is {camera, verdict, item: {id, title, link, score, metadata} or null}.
(() => {
  const script = document.currentScript;
  const { camera, fields, title = "Lookalike: live match", width = "100%", height = "320px" } = script.dataset;
  const place = new URLSearchParams(Object.entries({ camera, fields }).filter(([, value]) => value !== undefined));
  const address = new URL(`embed.html#${place}`, script.src);
  const frame = document.createElement("iframe");
  Object.assign(frame, { src: address.href, title, referrerPolicy: "no-referrer" });
  Object.assign(frame.style, { width, height, border: "0", display: "block" });
  addEventListener("message", ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== address.origin || !data?.lookalike) return;
    frame.dispatchEvent(new CustomEvent("lookalike-match", { bubbles: true, detail: data.lookalike }));
  });
  script.after(frame);
})();
