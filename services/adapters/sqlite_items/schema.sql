-- The tables of an item store, as of version 5 (PRAGMA user_version).
CREATE TABLE items (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    link TEXT,
    metadata TEXT NOT NULL,       -- a JSON object
    picture TEXT NOT NULL,
    more_pictures TEXT NOT NULL,  -- a JSON list
    searched TEXT NOT NULL,       -- the folded text in which people look for words
    taught TEXT NOT NULL DEFAULT '[]'  -- a JSON list: those of its pictures that a camera took
) WITHOUT ROWID;
-- Each item has those of one model at least, so that no change of models makes it vanish.
CREATE TABLE vectors (
    item_id TEXT NOT NULL,
    model TEXT NOT NULL,
    dim INTEGER NOT NULL,
    recipe INTEGER NOT NULL DEFAULT 1,  -- of views; the first one had no number
    vectors BLOB NOT NULL,        -- float16, little endian, views x dim
    points BLOB NOT NULL DEFAULT x'',  -- local features of each picture, each behind its length (4 bytes)
    UNIQUE (item_id, model)
);
-- Counts the items by recipe without a look at their vectors.
CREATE INDEX vectors_recipe ON vectors (model, recipe, item_id);
CREATE TABLE IF NOT EXISTS changes (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS facts (
    name TEXT PRIMARY KEY,        -- model: the fingerprint of the catalogue's; identity: this file's name
    value TEXT NOT NULL
);
-- The last word on each match record. Both items exist, or are NULL: what was said of one that was deleted
-- is forgotten, what was said of the other one stays.
CREATE TABLE IF NOT EXISTS feedback (
    record_id INTEGER PRIMARY KEY,
    shown TEXT,                   -- the item that the record showed as its best match
    really TEXT                   -- what it was; NULL: not known
);
CREATE INDEX IF NOT EXISTS feedback_shown ON feedback (shown, really);
CREATE INDEX IF NOT EXISTS feedback_really ON feedback (really);
