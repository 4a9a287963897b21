-- Takes over the items of version 1, which had their vectors beside the title; its first files had no probes.
CREATE TABLE IF NOT EXISTS probes (item_id TEXT PRIMARY KEY, vectors BLOB NOT NULL) WITHOUT ROWID;
INSERT INTO items (id, title, link, metadata, picture, more_pictures, searched)
    SELECT id, title, link, metadata, picture, '[]', searched_text(id, title, metadata) FROM older_items;
INSERT INTO vectors (item_id, model, dim, vectors, probes)
    SELECT id, model, dim, older_items.vectors, coalesce(probes.vectors, x'')
    FROM older_items LEFT JOIN probes ON item_id = id;
DROP TABLE older_items;
DROP TABLE probes;
