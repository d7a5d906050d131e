-- +goose Up
-- Of two slots on the target, the one that is in use; empty where there are none.
ALTER TABLE presence ADD COLUMN slot TEXT COLLATE "C" NOT NULL DEFAULT '';
