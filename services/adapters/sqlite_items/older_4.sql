-- Drops from the vectors of version 4 those of made-up camera frames, which nothing uses any more.
ALTER TABLE vectors DROP COLUMN probes;
