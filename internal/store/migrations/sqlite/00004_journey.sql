-- +goose Up
-- Journeys of releases, test evidence, pins, and what triggers got.

CREATE TABLE journey (
    scope       TEXT NOT NULL,
    number      INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    launcher    TEXT NOT NULL, -- the trigger
    release     TEXT NOT NULL, -- empty until it is known
    open        INTEGER NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (scope, number)
) STRICT;
CREATE INDEX journey_release ON journey (scope, release, number);
CREATE INDEX journey_launcher ON journey (scope, launcher, number);
CREATE INDEX journey_open ON journey (scope, number) WHERE open = 1;

CREATE TABLE journey_component (
    scope     TEXT NOT NULL,
    component TEXT NOT NULL,
    journey   INTEGER NOT NULL,
    PRIMARY KEY (scope, component, journey),
    FOREIGN KEY (scope, journey) REFERENCES journey (scope, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence (
    scope     TEXT NOT NULL,
    number    INTEGER NOT NULL,
    component TEXT NOT NULL,
    version   TEXT NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (scope, number)
) STRICT;
CREATE INDEX evidence_component ON evidence (scope, component, number);
CREATE INDEX evidence_version ON evidence (scope, component, version, number);

CREATE TABLE pin (
    scope       TEXT NOT NULL,
    component   TEXT NOT NULL,
    environment TEXT NOT NULL,
    version     TEXT NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (scope, component, environment, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE launcher_post (
    scope    TEXT NOT NULL,
    launcher TEXT NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (scope, launcher)
) STRICT, WITHOUT ROWID;

CREATE TABLE hook_delivery (
    scope    TEXT NOT NULL,
    launcher TEXT NOT NULL,
    number   INTEGER NOT NULL,
    id       TEXT NOT NULL,
    digest   TEXT NOT NULL,
    refused  INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (scope, launcher, number)
) STRICT;
CREATE UNIQUE INDEX hook_delivery_id ON hook_delivery (scope, launcher, id) WHERE refused = 0;
CREATE UNIQUE INDEX hook_delivery_digest ON hook_delivery (scope, launcher, digest) WHERE refused = 0;
CREATE INDEX hook_delivery_at ON hook_delivery (scope, refused, at);
