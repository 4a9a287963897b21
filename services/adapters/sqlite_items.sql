-- The tables of an item store; run at each opening, so that a file of an older version gets what it lacks.
CREATE TABLE IF NOT EXISTS items (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    link TEXT,
    metadata TEXT NOT NULL,
    picture TEXT NOT NULL,
    model TEXT NOT NULL,
    dim INTEGER NOT NULL,
    vectors BLOB NOT NULL        -- float16, little endian, views x dim
) WITHOUT ROWID;
-- What a camera may see of an item, for calibration alone; beside the items, as older files have none.
CREATE TABLE IF NOT EXISTS probes (
    item_id TEXT PRIMARY KEY,
    vectors BLOB NOT NULL        -- as in items
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS changes (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS facts (
    name TEXT PRIMARY KEY,       -- such as model: the fingerprint that the vectors belong to
    value TEXT NOT NULL
);
-- The last word on each match record. Both items exist, or are NULL: what was said of one that was deleted
-- is forgotten, what was said of the other one stays.
CREATE TABLE IF NOT EXISTS feedback (
    record_id INTEGER PRIMARY KEY,
    shown TEXT,                  -- the item that the record showed as its best match
    really TEXT                  -- what it was; NULL: not known
);
CREATE INDEX IF NOT EXISTS feedback_shown ON feedback (shown, really);
CREATE INDEX IF NOT EXISTS feedback_really ON feedback (really);
