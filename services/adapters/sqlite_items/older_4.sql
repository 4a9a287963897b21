-- Drops what nothing uses any more of version 4: vectors of made-up camera frames, and the fit to them.
DELETE FROM facts WHERE name = 'calibration';
ALTER TABLE vectors DROP COLUMN probes;
