// The runners-up: the next likely items, smaller.

import { byId, el, setText } from "../base/dom.js";
import { runnersOf, titleOf } from "./match.js";
import { pause } from "../base/pause.js";
import { picture } from "../base/picture.js";
import { createScore } from "./score.js";
import { t } from "../base/text.js";

const SHOWN = 5;
const LONGER_MS = 50; // a slow small picture must not hold the match back; it then comes when it comes

function createRow(match) {
  const { node, ready } = picture(match.url, { width: 160 });
  const score = createScore();
  const category = match.metadata?.category;
  const title = el("span", "runner-title", titleOf(match));
  const row = el("li", "runner", node,
    el("span", "runner-words", title, category ? el("span", "runner-category", String(category)) : null, score.node));
  return {
    row,
    ready,
    update(newer) {
      setText(title, titleOf(newer));
      score.set(newer.score);
    },
  };
}

export function createRunners() {
  const section = byId("runners");
  const heading = byId("runners-heading");
  const list = byId("runners-list");
  const none = byId("runners-none");
  let drawn = false;
  let rows = new Map(); // id → row; a row that stays keeps its node, so that its picture does not blink

  return {
    /** Waits for the pictures, and little longer than `match` waits for its own, and gives the function that draws. */
    async prepare(record, match = Promise.resolve()) {
      const matches = runnersOf(record).slice(0, SHOWN);
      const next = new Map(matches.map((match) => [match.id, rows.get(match.id) ?? createRow(match)]));
      await Promise.race([Promise.all([...next.values()].map(({ ready }) => ready)), match.then(() => pause(LONGER_MS))]);
      return () => {
        rows = next;
        drawn = true;
        none.hidden = rows.size > 0;
        section.dataset.verdict = record.verdict;
        setText(heading, t(`runners.${record.verdict}`));
        for (const match of matches) rows.get(match.id).update(match);
        const nodes = [...rows.values()].map(({ row }) => row);
        if (nodes.length !== list.children.length || nodes.some((node, i) => node !== list.children[i])) list.replaceChildren(...nodes);
      };
    },
    clear() {
      rows = new Map();
      drawn = false;
      list.replaceChildren();
    },
    set visible(yes) {
      section.hidden = !yes || !drawn;
    },
  };
}
