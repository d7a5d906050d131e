-- +goose Up
-- The agent that acts for a target, of its last revision; empty for other documents.
ALTER TABLE document ADD COLUMN agent TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE document SET agent = COALESCE(NULLIF(body::jsonb->'spec'->>'agent', ''), name) WHERE kind = 'Target' AND present = 1;
CREATE INDEX document_agent ON document (scope, agent, name) WHERE present = 1 AND removed = 0 AND agent <> '';

-- Whether a target is being worked on.
CREATE INDEX deployment_order_busy ON deployment_order (scope, target) WHERE open = 1;

-- What is other than recorded on a target, from its first sighting until its end.
CREATE TABLE drift (
    scope       TEXT COLLATE "C" NOT NULL,
    number      BIGINT NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    target      TEXT COLLATE "C" NOT NULL,
    component   TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    standing    BIGINT NOT NULL,
    untold      BIGINT NOT NULL,
    told_at     BIGINT NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (scope, number)
);
CREATE UNIQUE INDEX drift_standing ON drift (scope, target, component) WHERE standing = 1;
CREATE INDEX drift_standing_in ON drift (scope, environment, state) WHERE standing = 1;
CREATE INDEX drift_in ON drift (scope, environment, number);
CREATE INDEX drift_on ON drift (scope, target, number);
CREATE INDEX drift_of ON drift (scope, component, number);
CREATE INDEX drift_untold ON drift (scope, environment, number) WHERE untold = 1;
CREATE INDEX drift_told ON drift (scope, environment, told_at);

-- What was found and made the record where no version says it.
CREATE TABLE drift_acceptance (
    scope     TEXT COLLATE "C" NOT NULL,
    target    TEXT COLLATE "C" NOT NULL,
    component TEXT COLLATE "C" NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (scope, target, component)
);

-- When targets were last looked at.
CREATE TABLE drift_look (
    scope       TEXT COLLATE "C" NOT NULL,
    target      TEXT COLLATE "C" NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    looked_at   BIGINT NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (scope, target)
);
CREATE INDEX drift_look_in ON drift_look (scope, environment, looked_at);
