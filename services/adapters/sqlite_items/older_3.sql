-- Takes over the items of version 3, none of which had taught pictures or local features.
ALTER TABLE items ADD COLUMN taught TEXT NOT NULL DEFAULT '[]';
ALTER TABLE vectors ADD COLUMN points BLOB NOT NULL DEFAULT x'';
