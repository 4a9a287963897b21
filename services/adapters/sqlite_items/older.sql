-- Takes over the items of version 1, which had their vectors beside the title.
INSERT INTO items (id, title, link, metadata, picture, more_pictures, searched)
    SELECT id, title, link, metadata, picture, '[]', searched_text(id, title, metadata) FROM older_items;
INSERT INTO vectors (item_id, model, dim, vectors)
    SELECT id, model, dim, vectors FROM older_items;
DROP TABLE older_items;
-- Vectors of made-up camera frames, which nothing uses any more; its first files had none.
DROP TABLE IF EXISTS probes;
