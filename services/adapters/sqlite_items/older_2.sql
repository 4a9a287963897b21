-- Takes over the vectors of version 2, all of which were made by the first recipe of views.
ALTER TABLE vectors ADD COLUMN recipe INTEGER NOT NULL DEFAULT 1;
CREATE INDEX vectors_recipe ON vectors (model, recipe, item_id);
