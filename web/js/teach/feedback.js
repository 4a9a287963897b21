// Feedback on a record: the call, and the meaning of each answer for the record's best match.

import { call } from "../base/api.js";
import { refusal } from "../base/refusal.js";
import { t } from "../base/text.js";

export const RIGHT = { right: true };
export const WRONG = { right: false };
export const WITHDRAWN = { right: null };

/** Feedback that the record's camera saw the item of this id; `right` always means the best match. */
export const itWas = (record, id) => (id === record.matches[0].id ? RIGHT : { ...WRONG, item: id });

export const say = (record, said) => call(`matches/${record.id}/feedback`, { method: "POST", json: said });

export const feedbackRefusal = (answer) => refusal(answer, { 404: t("judge.gone") });
