-- +goose Up
-- What counts as right on hosts that are watched as a whole.
CREATE TABLE drift_reference (
    scope  TEXT NOT NULL,
    target TEXT NOT NULL,
    watch  TEXT NOT NULL,
    digest TEXT NOT NULL,
    since  INTEGER NOT NULL,
    cause  TEXT NOT NULL, -- the deployment or drift by which it is so
    body   TEXT NOT NULL,
    PRIMARY KEY (scope, target, watch)
) STRICT;

-- The last order that was given to a target.
CREATE INDEX deployment_order_on ON deployment_order (scope, target, issued_at, id);
