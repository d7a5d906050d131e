-- +goose Up
-- How components on targets do their work, as their agents said last.
CREATE TABLE health (
    scope       TEXT COLLATE "C" NOT NULL,
    target      TEXT COLLATE "C" NOT NULL,
    component   TEXT COLLATE "C" NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    pending     BIGINT NOT NULL,
    percent     BIGINT NOT NULL,
    heard_at    BIGINT NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (scope, target, component)
);
CREATE INDEX health_at ON health (scope, environment, component, state, pending, percent);
CREATE INDEX health_in ON health (scope, environment, target, component);
CREATE INDEX health_of ON health (scope, component, target);
CREATE INDEX health_heard ON health (scope, heard_at) WHERE heard_at > 0;

-- The times during which the health of a component in an environment was one.
CREATE TABLE health_spell (
    scope       TEXT COLLATE "C" NOT NULL,
    number      BIGINT NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    component   TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    standing    BIGINT NOT NULL,
    untold      BIGINT NOT NULL,
    told_at     BIGINT NOT NULL,
    since       BIGINT NOT NULL,
    until       BIGINT NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (scope, number)
);
CREATE UNIQUE INDEX health_spell_standing ON health_spell (scope, environment, component) WHERE standing = 1;
CREATE INDEX health_spell_bad ON health_spell (scope, component, environment) WHERE standing = 1 AND state <> 'healthy';
CREATE INDEX health_spell_past ON health_spell (scope, until, since) WHERE until > 0 AND state <> 'healthy';
CREATE INDEX health_spell_in ON health_spell (scope, environment, number);
CREATE INDEX health_spell_of ON health_spell (scope, component, number);
CREATE INDEX health_spell_untold ON health_spell (scope, environment, number) WHERE untold = 1;
CREATE INDEX health_spell_told ON health_spell (scope, environment, told_at);
