-- +goose Up
-- What is told to whom, and how far that has come: the outbox and its log.
CREATE TABLE announcement (
    scope        TEXT COLLATE "C" NOT NULL,
    number       BIGINT NOT NULL,
    revision     BIGINT NOT NULL,
    deployment   TEXT COLLATE "C" NOT NULL, -- "": it is about none
    subscription TEXT COLLATE "C" NOT NULL, -- "": it goes to the person who asked
    state        TEXT COLLATE "C" NOT NULL,
    body         TEXT NOT NULL,
    PRIMARY KEY (scope, number)
);
CREATE INDEX announcement_deployment ON announcement (scope, deployment, number);
CREATE INDEX announcement_subscription ON announcement (scope, subscription, number);
CREATE INDEX announcement_state ON announcement (scope, state, number);
