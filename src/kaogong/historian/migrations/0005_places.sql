-- Where an asset or device stands, for people's SQL; filled when the owner takes the names at its next start.
ALTER TABLE names ADD COLUMN place String;
