-- A cache of the item store, made again when it is of another version (PRAGMA user_version).
-- Which items are held: those of the store `identity`, as of its change `cursor`.
CREATE TABLE held (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    identity TEXT,
    cursor INTEGER NOT NULL
);
INSERT INTO held VALUES (1, NULL, 0);
-- The first change of each id, also of one that is gone: an item that comes back is at its place again.
CREATE TABLE births (
    id TEXT PRIMARY KEY,
    born INTEGER NOT NULL
) WITHOUT ROWID;
-- Texts are in the form of core's `word_key`.
CREATE TABLE entries (
    born INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    title_start TEXT NOT NULL,    -- the beginning of the title, by which titles are sorted
    words TEXT NOT NULL,          -- id, title and metadata values, between them U+001F
    price REAL,
    wrong INTEGER NOT NULL,
    shown INTEGER NOT NULL
);
CREATE INDEX entries_title ON entries (title_start, born);
-- Metadata: each field and each of its values once, and the items that have it.
CREATE TABLE fields (
    field INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE labels (
    label INTEGER PRIMARY KEY,
    field INTEGER NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (field, value)
);
CREATE TABLE labelled (
    born INTEGER NOT NULL,
    field INTEGER NOT NULL,
    label INTEGER NOT NULL,
    PRIMARY KEY (born, field, label)
) WITHOUT ROWID;
CREATE INDEX labelled_label ON labelled (label, field, born);
-- Words that one with a typo may mean; also such that no item has any more.
CREATE TABLE vocabulary (
    word TEXT PRIMARY KEY
) WITHOUT ROWID;
-- How often items were shown, of those that were.
CREATE TABLE counted (
    id TEXT PRIMARY KEY,
    shown INTEGER NOT NULL
) WITHOUT ROWID
