-- A row a key, by the SHA-256 of the key. Times are seconds since 1970.
CREATE TABLE named_keys (
    digest TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_id TEXT NOT NULL,
    role TEXT NOT NULL,
    made_at REAL NOT NULL,
    last_used_at REAL,
    revoked_at REAL
) WITHOUT ROWID;
CREATE UNIQUE INDEX live_name ON named_keys (name_id) WHERE revoked_at IS NULL;
-- A row a change; the newest has the first id.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at REAL NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    call TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL
) WITHOUT ROWID;
