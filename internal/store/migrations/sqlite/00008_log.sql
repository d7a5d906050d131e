-- +goose Up
-- What is known of a deployment's log as a whole.
CREATE TABLE deployment_log (
    scope      TEXT NOT NULL,
    deployment INTEGER NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, deployment)
) STRICT;

-- The parts of a log that were sealed: their content lies outside of the database, by its digest.
CREATE TABLE log_segment (
    scope      TEXT NOT NULL,
    deployment INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    last_place INTEGER NOT NULL, -- of the last piece in it, in the order of arrival
    digest     TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, deployment, number)
) STRICT;
CREATE UNIQUE INDEX log_segment_place ON log_segment (scope, deployment, last_place);
