-- +goose Up
-- 0: it takes part; 1: it was given up; 2: bringing it back was given up as well.
ALTER TABLE deployment_target ADD COLUMN given_up BIGINT NOT NULL DEFAULT 0;
