-- +goose Up
-- The agent that acts for a target, of its last revision; empty for other documents.
ALTER TABLE document ADD COLUMN agent TEXT NOT NULL DEFAULT '';
UPDATE document SET agent = COALESCE(NULLIF(json_extract(body, '$.spec.agent'), ''), name) WHERE kind = 'Target' AND present = 1;
CREATE INDEX document_agent ON document (scope, agent, name) WHERE present = 1 AND removed = 0 AND agent <> '';

-- Whether a target is being worked on.
CREATE INDEX deployment_order_busy ON deployment_order (scope, target) WHERE open = 1;

-- What is other than recorded on a target, from its first sighting until its end.
CREATE TABLE drift (
    scope       TEXT NOT NULL,
    number      INTEGER NOT NULL,
    environment TEXT NOT NULL,
    target      TEXT NOT NULL,
    component   TEXT NOT NULL,
    state       TEXT NOT NULL,
    standing    INTEGER NOT NULL,
    untold      INTEGER NOT NULL,
    told_at     INTEGER NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (scope, number)
) STRICT;
CREATE UNIQUE INDEX drift_standing ON drift (scope, target, component) WHERE standing = 1;
CREATE INDEX drift_standing_in ON drift (scope, environment, state) WHERE standing = 1;
CREATE INDEX drift_in ON drift (scope, environment, number);
CREATE INDEX drift_on ON drift (scope, target, number);
CREATE INDEX drift_of ON drift (scope, component, number);
CREATE INDEX drift_untold ON drift (scope, environment, number) WHERE untold = 1;
CREATE INDEX drift_told ON drift (scope, environment, told_at);

-- What was found and made the record where no version says it.
CREATE TABLE drift_acceptance (
    scope     TEXT NOT NULL,
    target    TEXT NOT NULL,
    component TEXT NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (scope, target, component)
) STRICT;

-- When targets were last looked at.
CREATE TABLE drift_look (
    scope       TEXT NOT NULL,
    target      TEXT NOT NULL,
    environment TEXT NOT NULL,
    looked_at   INTEGER NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (scope, target)
) STRICT;
CREATE INDEX drift_look_in ON drift_look (scope, environment, looked_at);
