// What a person says of a record: the call, and what each word means for the record's best match.

import { call } from "../base/api.js";
import { refusal } from "../base/refusal.js";
import { t } from "../base/text.js";

export const RIGHT = { right: true };
export const WRONG = { right: false };

/** That a record's camera saw the item of this id; `right` is always said of the best match. */
export const itWas = (record, id) => (id === record.matches[0].id ? RIGHT : { ...WRONG, item: id });

export const say = (record, said) => call(`matches/${record.id}/feedback`, { method: "POST", json: said });

export const feedbackRefusal = (answer) => refusal(answer, { 404: t("judge.gone") });
