-- +goose Up
-- Times are whole microseconds since 1970 in UTC; 0 means none. Flags are 0 or 1.
-- Columns hold what is searched for; body holds the whole thing as JSON.
-- Keys are compared bytewise (COLLATE "C"), as SQLite does.

CREATE TABLE setting (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE TABLE counter (
    scope TEXT COLLATE "C" NOT NULL,
    name  TEXT COLLATE "C" NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (scope, name)
);

CREATE TABLE remembered (
    scope   TEXT COLLATE "C" NOT NULL,
    key     TEXT COLLATE "C" NOT NULL,
    request TEXT COLLATE "C" NOT NULL,
    status  BIGINT NOT NULL,
    body    BYTEA NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX remembered_at ON remembered (scope, at);

CREATE TABLE document (
    scope    TEXT COLLATE "C" NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    parent   TEXT COLLATE "C" NOT NULL,
    removed  BIGINT NOT NULL,
    present  BIGINT NOT NULL, -- 1: the last revision
    body     TEXT NOT NULL,
    PRIMARY KEY (scope, kind, name, revision)
);
CREATE UNIQUE INDEX document_present ON document (scope, kind, name) WHERE present = 1;
CREATE INDEX document_listed ON document (scope, kind, parent, name) WHERE present = 1 AND removed = 0;

CREATE TABLE token (
    scope TEXT COLLATE "C" NOT NULL,
    id    TEXT COLLATE "C" NOT NULL,
    hash  BYTEA NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (scope, id)
);

CREATE TABLE enrolment (
    scope   TEXT COLLATE "C" NOT NULL,
    id      TEXT COLLATE "C" NOT NULL,
    hash    BYTEA NOT NULL,
    used_at BIGINT NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (scope, id)
);

CREATE TABLE presence (
    scope       TEXT COLLATE "C" NOT NULL,
    target      TEXT COLLATE "C" NOT NULL,
    component   TEXT COLLATE "C" NOT NULL,
    since       BIGINT NOT NULL,
    until       BIGINT NOT NULL, -- 0: still there
    environment TEXT COLLATE "C" NOT NULL,
    version     TEXT COLLATE "C" NOT NULL,
    digest      TEXT COLLATE "C" NOT NULL,
    deployment  TEXT COLLATE "C" NOT NULL,
    uncertain   BIGINT NOT NULL
);
CREATE UNIQUE INDEX presence_now ON presence (scope, target, component) WHERE until = 0;
CREATE INDEX presence_now_in ON presence (scope, environment, target, component) WHERE until = 0;
CREATE INDEX presence_past ON presence (scope, target, component, since);
CREATE INDEX presence_past_in ON presence (scope, environment, target, component, since);

CREATE TABLE agent (
    scope TEXT COLLATE "C" NOT NULL,
    name  TEXT COLLATE "C" NOT NULL,
    key   TEXT COLLATE "C" NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (scope, name)
);
CREATE UNIQUE INDEX agent_key ON agent (scope, key);

CREATE TABLE order_counter (
    scope TEXT COLLATE "C" NOT NULL,
    agent TEXT COLLATE "C" NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (scope, agent)
);

CREATE TABLE component_version (
    scope     TEXT COLLATE "C" NOT NULL,
    component TEXT COLLATE "C" NOT NULL,
    version   TEXT COLLATE "C" NOT NULL,
    number    BIGINT NOT NULL, -- in order of arrival
    digest    TEXT COLLATE "C" NOT NULL,
    state     TEXT COLLATE "C" NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (scope, component, version)
);
CREATE UNIQUE INDEX component_version_number ON component_version (scope, number);
CREATE INDEX component_version_listed ON component_version (scope, component, number);
CREATE INDEX component_version_digest ON component_version (scope, digest);

CREATE TABLE media_repository (
    scope TEXT COLLATE "C" NOT NULL,
    name  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (scope, name)
);

CREATE TABLE media_manifest (
    scope         TEXT COLLATE "C" NOT NULL,
    repository    TEXT COLLATE "C" NOT NULL,
    digest        TEXT COLLATE "C" NOT NULL,
    media_type    TEXT COLLATE "C" NOT NULL,
    artifact_type TEXT COLLATE "C" NOT NULL,
    size          BIGINT NOT NULL,
    subject       TEXT COLLATE "C" NOT NULL,
    at            BIGINT NOT NULL,
    PRIMARY KEY (scope, repository, digest)
);
CREATE INDEX media_manifest_digest ON media_manifest (scope, digest);
CREATE INDEX media_manifest_subject ON media_manifest (scope, repository, subject, digest);

CREATE TABLE media_need (
    scope      TEXT COLLATE "C" NOT NULL,
    digest     TEXT COLLATE "C" NOT NULL, -- what is needed
    repository TEXT COLLATE "C" NOT NULL,
    manifest   TEXT COLLATE "C" NOT NULL, -- what needs it
    PRIMARY KEY (scope, digest, repository, manifest)
);

CREATE TABLE media_tag (
    scope      TEXT COLLATE "C" NOT NULL,
    repository TEXT COLLATE "C" NOT NULL,
    tag        TEXT COLLATE "C" NOT NULL,
    digest     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (scope, repository, tag)
);

CREATE TABLE media_blob (
    scope      TEXT COLLATE "C" NOT NULL,
    repository TEXT COLLATE "C" NOT NULL,
    digest     TEXT COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (scope, repository, digest)
);
CREATE INDEX media_blob_digest ON media_blob (scope, digest, at);

CREATE TABLE plan (
    scope  TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    body   TEXT NOT NULL,
    PRIMARY KEY (scope, number)
);

CREATE TABLE plan_target (
    scope TEXT COLLATE "C" NOT NULL,
    plan  BIGINT NOT NULL,
    name  TEXT COLLATE "C" NOT NULL,
    wave  BIGINT NOT NULL,
    start TEXT NOT NULL, -- the row that a deployment's target begins with
    body  TEXT NOT NULL,
    PRIMARY KEY (scope, plan, name),
    FOREIGN KEY (scope, plan) REFERENCES plan (scope, number)
);

CREATE TABLE deployment (
    scope       TEXT COLLATE "C" NOT NULL,
    number      BIGINT NOT NULL,
    revision    BIGINT NOT NULL,
    plan        BIGINT NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    release     TEXT COLLATE "C" NOT NULL,
    direction   TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    result      TEXT COLLATE "C" NOT NULL,
    closed      BIGINT NOT NULL,
    wake_at     BIGINT NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (scope, number),
    FOREIGN KEY (scope, plan) REFERENCES plan (scope, number)
);
CREATE INDEX deployment_environment ON deployment (scope, environment, number);
CREATE INDEX deployment_release ON deployment (scope, release, number);
CREATE INDEX deployment_state ON deployment (scope, state, number);
CREATE INDEX deployment_open ON deployment (scope, number) WHERE closed = 0;
CREATE INDEX deployment_due ON deployment (scope, wake_at) WHERE closed = 0 AND wake_at > 0;
CREATE INDEX deployment_plan ON deployment (scope, plan);

CREATE TABLE deployment_component (
    scope      TEXT COLLATE "C" NOT NULL,
    component  TEXT COLLATE "C" NOT NULL,
    deployment BIGINT NOT NULL,
    PRIMARY KEY (scope, component, deployment),
    FOREIGN KEY (scope, deployment) REFERENCES deployment (scope, number)
);

CREATE TABLE deployment_target (
    scope      TEXT COLLATE "C" NOT NULL,
    deployment BIGINT NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    wave       BIGINT NOT NULL,
    stage      BIGINT NOT NULL,
    state      TEXT COLLATE "C" NOT NULL,
    touched    BIGINT NOT NULL,
    executed   BIGINT NOT NULL,
    remediated BIGINT NOT NULL,
    deadline   BIGINT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, deployment, name),
    FOREIGN KEY (scope, deployment) REFERENCES deployment (scope, number)
);
CREATE INDEX deployment_target_wave ON deployment_target (scope, deployment, wave, name, stage);
CREATE INDEX deployment_target_state ON deployment_target (scope, deployment, state, name);
CREATE INDEX deployment_target_deadline ON deployment_target (scope, deployment, deadline) WHERE state IN ('ordered', 'running');

CREATE TABLE deployment_order (
    scope      TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    deployment BIGINT NOT NULL,
    target     TEXT COLLATE "C" NOT NULL,
    agent      TEXT COLLATE "C" NOT NULL,
    stage      BIGINT NOT NULL,
    counter    BIGINT NOT NULL,
    open       BIGINT NOT NULL,
    begun      BIGINT NOT NULL,
    issued_at  BIGINT NOT NULL,
    envelope   TEXT NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE INDEX deployment_order_open ON deployment_order (scope, agent, counter) WHERE open = 1;
CREATE INDEX deployment_order_stage ON deployment_order (scope, deployment, stage) WHERE open = 1;

CREATE TABLE report (
    scope      TEXT COLLATE "C" NOT NULL,
    order_id   TEXT COLLATE "C" NOT NULL,
    seq        BIGINT NOT NULL,
    deployment BIGINT NOT NULL,
    target     TEXT COLLATE "C" NOT NULL,
    number     BIGINT NOT NULL, -- in order of arrival
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, order_id, seq)
);
CREATE UNIQUE INDEX report_number ON report (scope, deployment, number);
CREATE INDEX report_target ON report (scope, deployment, target, number);

CREATE TABLE output (
    scope      TEXT COLLATE "C" NOT NULL,
    order_id   TEXT COLLATE "C" NOT NULL,
    seq        BIGINT NOT NULL,
    deployment BIGINT NOT NULL,
    target     TEXT COLLATE "C" NOT NULL,
    number     BIGINT NOT NULL, -- in order of arrival
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, order_id, seq)
);
CREATE UNIQUE INDEX output_number ON output (scope, deployment, number);
CREATE INDEX output_target ON output (scope, deployment, target, number);

CREATE TABLE record_head (
    scope      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    size       BIGINT NOT NULL,
    root       BYTEA NOT NULL,
    checkpoint TEXT NOT NULL
);

CREATE TABLE record_entry (
    scope    TEXT COLLATE "C" NOT NULL,
    place    BIGINT NOT NULL, -- in the log, from 0
    subject  TEXT COLLATE "C" NOT NULL,
    number   BIGINT NOT NULL, -- among the subject's, from 1
    target   TEXT COLLATE "C" NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    bytes    BYTEA NOT NULL,
    hash     BYTEA NOT NULL,
    PRIMARY KEY (scope, place)
);
CREATE UNIQUE INDEX record_entry_subject ON record_entry (scope, subject, number);
CREATE INDEX record_entry_subject_place ON record_entry (scope, subject, place);
CREATE INDEX record_entry_target ON record_entry (scope, target, place) WHERE target <> '';
CREATE INDEX record_entry_kind ON record_entry (scope, kind, place);

CREATE TABLE record_tile (
    scope  TEXT COLLATE "C" NOT NULL,
    level  BIGINT NOT NULL,
    place  BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (scope, level, place)
);
