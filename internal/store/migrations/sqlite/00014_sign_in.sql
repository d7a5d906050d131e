-- +goose Up
-- Who may sign in with a browser, and how.
CREATE TABLE account (
    scope  TEXT NOT NULL,
    person TEXT NOT NULL,
    body   TEXT NOT NULL,
    PRIMARY KEY (scope, person)
) STRICT;

CREATE TABLE session (
    scope    TEXT NOT NULL,
    id       TEXT NOT NULL,
    person   TEXT NOT NULL,
    hash     BLOB NOT NULL,
    ended_at INTEGER NOT NULL, -- 0: nobody has ended it
    body     TEXT NOT NULL,
    PRIMARY KEY (scope, id)
) STRICT;
CREATE INDEX session_open ON session (scope, id) WHERE ended_at = 0;
CREATE INDEX session_open_of ON session (scope, person, id) WHERE ended_at = 0;
