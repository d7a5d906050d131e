-- +goose Up
-- What is known of a deployment's log as a whole.
CREATE TABLE deployment_log (
    scope      TEXT COLLATE "C" NOT NULL,
    deployment BIGINT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, deployment)
);

-- The parts of a log that were sealed: their content lies outside of the database, by its digest.
CREATE TABLE log_segment (
    scope      TEXT COLLATE "C" NOT NULL,
    deployment BIGINT NOT NULL,
    number     BIGINT NOT NULL,
    last_place BIGINT NOT NULL, -- of the last piece in it, in the order of arrival
    digest     TEXT COLLATE "C" NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, deployment, number)
);
CREATE UNIQUE INDEX log_segment_place ON log_segment (scope, deployment, last_place);
