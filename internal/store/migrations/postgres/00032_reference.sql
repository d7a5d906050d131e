-- +goose Up
-- What counts as right on hosts that are watched as a whole.
CREATE TABLE drift_reference (
    scope  TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    watch  TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    since  BIGINT NOT NULL,
    cause  TEXT COLLATE "C" NOT NULL, -- the deployment or drift by which it is so
    body   TEXT NOT NULL,
    PRIMARY KEY (scope, target, watch)
);

-- The last order that was given to a target.
CREATE INDEX deployment_order_on ON deployment_order (scope, target, issued_at, id);
