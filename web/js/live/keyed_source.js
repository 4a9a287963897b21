// An EventSource that sends a key, which the browser's own can't.

const [OPEN, CLOSED] = [1, 2];

/** The events of an address; `refused()` is called if the key is. */
export class KeyedSource extends EventTarget {
  readyState = 0;
  #ending = new AbortController();

  constructor(address, headers, refused) {
    super();
    this.#read(address, headers, refused);
  }

  close() {
    this.readyState = CLOSED;
    this.#ending.abort();
  }

  async #read(address, headers, refused) {
    const { signal } = this.#ending;
    try {
      const answer = await fetch(address, { headers: { ...headers, Accept: "text/event-stream" }, cache: "no-store", signal });
      if (answer.status === 401) refused();
      this.readyState = answer.ok ? OPEN : CLOSED;
      if (answer.ok) await this.#follow(answer.body.pipeThrough(new TextDecoderStream()).getReader());
    } catch { /* as at its end */ }
    if (!signal.aborted) this.dispatchEvent(new Event("error"));
  }

  async #follow(reader) {
    for (let rest = "", part = await reader.read(); !part.done; part = await reader.read()) {
      const events = (rest + part.value).split("\n\n");
      rest = events.pop();
      events.forEach((event) => this.#tell(event));
    }
  }

  #tell(event) {
    const lines = event.split("\n").map((line) => /^(event|data): ?(.*)$/.exec(line)).filter(Boolean);
    const of = (name) => lines.filter(([, key]) => key === name).map(([, , value]) => value).join("\n");
    if (of("event")) this.dispatchEvent(new MessageEvent(of("event"), { data: of("data") }));
  }
}
