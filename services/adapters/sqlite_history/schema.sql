-- A row a showing. Times are milliseconds since 1970; `guesses`, `metadata` and `box` are JSON.
CREATE TABLE showings (
    id INTEGER PRIMARY KEY,
    thing TEXT NOT NULL,
    began INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    item TEXT,
    guesses TEXT NOT NULL,
    metadata TEXT NOT NULL,
    link TEXT,
    session TEXT,
    seq INTEGER,
    box TEXT,
    last_record INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    latency_ms REAL,
    has_picture INTEGER NOT NULL DEFAULT 0,
    feedback TEXT,
    said TEXT,
    reviewed_item TEXT,
    said_record INTEGER,
    said_before TEXT,
    -- Showing.review
    review TEXT GENERATED ALWAYS AS (
        CASE WHEN said IS NOT NULL THEN said
             WHEN feedback = 'wrong' OR (verdict = 'unsure' AND feedback IS NULL) THEN 'open' END
    ) VIRTUAL
);
CREATE INDEX by_time ON showings (began);
CREATE INDEX by_thing ON showings (thing, began);
CREATE INDEX by_verdict ON showings (verdict, began);
CREATE INDEX by_item ON showings (item, began) WHERE item IS NOT NULL;
CREATE INDEX by_feedback ON showings (feedback, began) WHERE feedback IS NOT NULL;
CREATE INDEX by_review ON showings (review, began) WHERE review IS NOT NULL;
CREATE INDEX by_end ON showings (began) WHERE ended = 0;
CREATE TABLE write_check (id INTEGER PRIMARY KEY, at INTEGER);
