// What the camera saw of a record that this tab did not draw: the picture that the history keeps of its showing.

import { getFile } from "../base/api.js";
import { keyedPicture } from "../base/keyed_picture.js";

/** Whether a showing, the newest that began before a record, is that of the record. */
function isOf({ verdict, item, seen_at: seen, ended_at: ended }, record) {
  if (ended && Date.parse(seen) < Date.parse(record.captured_at)) return false;
  if (record.verdict === "no_match") return verdict === "no_match";
  return [record.matches[0].id, ...(record.equals ?? [])].includes(item?.id);
}

/** The picture's node, or null where none is kept. Asks nobody for a key. */
export async function seenBefore(record) {
  const to = new Date(Date.parse(record.captured_at) + 1).toISOString(); // which is left out itself
  const { blob } = await getFile(`history?${new URLSearchParams({ thing: record.thing, to, limit: 1 })}`, { ask: false });
  const [showing] = blob ? JSON.parse(await blob.text()).showings : [];
  return showing?.picture && isOf(showing, record) ? keyedPicture(`history/${showing.id}/picture`) : null;
}
