-- +goose Up
-- What is told to whom, and how far that has come: the outbox and its log.
CREATE TABLE announcement (
    scope        TEXT NOT NULL,
    number       INTEGER NOT NULL,
    revision     INTEGER NOT NULL,
    deployment   TEXT NOT NULL, -- "": it is about none
    subscription TEXT NOT NULL, -- "": it goes to the person who asked
    state        TEXT NOT NULL,
    body         TEXT NOT NULL,
    PRIMARY KEY (scope, number)
) STRICT;
CREATE INDEX announcement_deployment ON announcement (scope, deployment, number);
CREATE INDEX announcement_subscription ON announcement (scope, subscription, number);
CREATE INDEX announcement_state ON announcement (scope, state, number);
