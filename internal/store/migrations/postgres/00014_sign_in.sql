-- +goose Up
-- Who may sign in with a browser, and how.
CREATE TABLE account (
    scope  TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    body   TEXT NOT NULL,
    PRIMARY KEY (scope, person)
);

CREATE TABLE session (
    scope    TEXT COLLATE "C" NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    person   TEXT COLLATE "C" NOT NULL,
    hash     BYTEA NOT NULL,
    ended_at BIGINT NOT NULL, -- 0: nobody has ended it
    body     TEXT NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE INDEX session_open ON session (scope, id) WHERE ended_at = 0;
CREATE INDEX session_open_of ON session (scope, person, id) WHERE ended_at = 0;
