-- +goose Up
-- Journeys of releases, test evidence, pins, and what triggers got.

CREATE TABLE journey (
    scope       TEXT COLLATE "C" NOT NULL,
    number      BIGINT NOT NULL,
    revision    BIGINT NOT NULL,
    launcher    TEXT COLLATE "C" NOT NULL, -- the trigger
    release     TEXT COLLATE "C" NOT NULL, -- empty until it is known
    open        BIGINT NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (scope, number)
);
CREATE INDEX journey_release ON journey (scope, release, number);
CREATE INDEX journey_launcher ON journey (scope, launcher, number);
CREATE INDEX journey_open ON journey (scope, number) WHERE open = 1;

CREATE TABLE journey_component (
    scope     TEXT COLLATE "C" NOT NULL,
    component TEXT COLLATE "C" NOT NULL,
    journey   BIGINT NOT NULL,
    PRIMARY KEY (scope, component, journey),
    FOREIGN KEY (scope, journey) REFERENCES journey (scope, number)
);

CREATE TABLE evidence (
    scope     TEXT COLLATE "C" NOT NULL,
    number    BIGINT NOT NULL,
    component TEXT COLLATE "C" NOT NULL,
    version   TEXT COLLATE "C" NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (scope, number)
);
CREATE INDEX evidence_component ON evidence (scope, component, number);
CREATE INDEX evidence_version ON evidence (scope, component, version, number);

CREATE TABLE pin (
    scope       TEXT COLLATE "C" NOT NULL,
    component   TEXT COLLATE "C" NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    version     TEXT COLLATE "C" NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (scope, component, environment, version)
);

CREATE TABLE launcher_post (
    scope    TEXT COLLATE "C" NOT NULL,
    launcher TEXT COLLATE "C" NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (scope, launcher)
);

CREATE TABLE hook_delivery (
    scope    TEXT COLLATE "C" NOT NULL,
    launcher TEXT COLLATE "C" NOT NULL,
    number   BIGINT NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    digest   TEXT COLLATE "C" NOT NULL,
    refused  BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (scope, launcher, number)
);
CREATE UNIQUE INDEX hook_delivery_id ON hook_delivery (scope, launcher, id) WHERE refused = 0;
CREATE UNIQUE INDEX hook_delivery_digest ON hook_delivery (scope, launcher, digest) WHERE refused = 0;
CREATE INDEX hook_delivery_at ON hook_delivery (scope, refused, at);
