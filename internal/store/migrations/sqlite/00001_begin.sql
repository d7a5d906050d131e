-- +goose Up
-- Times are whole microseconds since 1970 in UTC; 0 means none. Flags are 0 or 1.
-- Columns hold what is searched for; body holds the whole thing as JSON.

CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE counter (
    scope TEXT NOT NULL,
    name  TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE remembered (
    scope   TEXT NOT NULL,
    key     TEXT NOT NULL,
    request TEXT NOT NULL,
    status  INTEGER NOT NULL,
    body    BLOB NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT;
CREATE INDEX remembered_at ON remembered (scope, at);

CREATE TABLE document (
    scope    TEXT NOT NULL,
    kind     TEXT NOT NULL,
    name     TEXT NOT NULL,
    revision INTEGER NOT NULL,
    parent   TEXT NOT NULL,
    removed  INTEGER NOT NULL,
    present  INTEGER NOT NULL, -- 1: the last revision
    body     TEXT NOT NULL,
    PRIMARY KEY (scope, kind, name, revision)
) STRICT;
CREATE UNIQUE INDEX document_present ON document (scope, kind, name) WHERE present = 1;
CREATE INDEX document_listed ON document (scope, kind, parent, name) WHERE present = 1 AND removed = 0;

CREATE TABLE token (
    scope TEXT NOT NULL,
    id    TEXT NOT NULL,
    hash  BLOB NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (scope, id)
) STRICT;

CREATE TABLE enrolment (
    scope   TEXT NOT NULL,
    id      TEXT NOT NULL,
    hash    BLOB NOT NULL,
    used_at INTEGER NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (scope, id)
) STRICT;

CREATE TABLE presence (
    scope       TEXT NOT NULL,
    target      TEXT NOT NULL,
    component   TEXT NOT NULL,
    since       INTEGER NOT NULL,
    until       INTEGER NOT NULL, -- 0: still there
    environment TEXT NOT NULL,
    version     TEXT NOT NULL,
    digest      TEXT NOT NULL,
    deployment  TEXT NOT NULL,
    uncertain   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX presence_now ON presence (scope, target, component) WHERE until = 0;
CREATE INDEX presence_now_in ON presence (scope, environment, target, component) WHERE until = 0;
CREATE INDEX presence_past ON presence (scope, target, component, since);
CREATE INDEX presence_past_in ON presence (scope, environment, target, component, since);

CREATE TABLE agent (
    scope TEXT NOT NULL,
    name  TEXT NOT NULL,
    key   TEXT NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (scope, name)
) STRICT;
CREATE UNIQUE INDEX agent_key ON agent (scope, key);

CREATE TABLE order_counter (
    scope TEXT NOT NULL,
    agent TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (scope, agent)
) STRICT, WITHOUT ROWID;

CREATE TABLE component_version (
    scope     TEXT NOT NULL,
    component TEXT NOT NULL,
    version   TEXT NOT NULL,
    number    INTEGER NOT NULL, -- in order of arrival
    digest    TEXT NOT NULL,
    state     TEXT NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (scope, component, version)
) STRICT;
CREATE UNIQUE INDEX component_version_number ON component_version (scope, number);
CREATE INDEX component_version_listed ON component_version (scope, component, number);
CREATE INDEX component_version_digest ON component_version (scope, digest);

CREATE TABLE media_repository (
    scope TEXT NOT NULL,
    name  TEXT NOT NULL,
    PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE media_manifest (
    scope         TEXT NOT NULL,
    repository    TEXT NOT NULL,
    digest        TEXT NOT NULL,
    media_type    TEXT NOT NULL,
    artifact_type TEXT NOT NULL,
    size          INTEGER NOT NULL,
    subject       TEXT NOT NULL,
    at            INTEGER NOT NULL,
    PRIMARY KEY (scope, repository, digest)
) STRICT;
CREATE INDEX media_manifest_digest ON media_manifest (scope, digest);
CREATE INDEX media_manifest_subject ON media_manifest (scope, repository, subject, digest);

CREATE TABLE media_need (
    scope      TEXT NOT NULL,
    digest     TEXT NOT NULL, -- what is needed
    repository TEXT NOT NULL,
    manifest   TEXT NOT NULL, -- what needs it
    PRIMARY KEY (scope, digest, repository, manifest)
) STRICT, WITHOUT ROWID;

CREATE TABLE media_tag (
    scope      TEXT NOT NULL,
    repository TEXT NOT NULL,
    tag        TEXT NOT NULL,
    digest     TEXT NOT NULL,
    PRIMARY KEY (scope, repository, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE media_blob (
    scope      TEXT NOT NULL,
    repository TEXT NOT NULL,
    digest     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (scope, repository, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_blob_digest ON media_blob (scope, digest, at);

CREATE TABLE plan (
    scope  TEXT NOT NULL,
    number INTEGER NOT NULL,
    body   TEXT NOT NULL,
    PRIMARY KEY (scope, number)
) STRICT;

CREATE TABLE plan_target (
    scope TEXT NOT NULL,
    plan  INTEGER NOT NULL,
    name  TEXT NOT NULL,
    wave  INTEGER NOT NULL,
    start TEXT NOT NULL, -- the row that a deployment's target begins with
    body  TEXT NOT NULL,
    PRIMARY KEY (scope, plan, name),
    FOREIGN KEY (scope, plan) REFERENCES plan (scope, number)
) STRICT;

CREATE TABLE deployment (
    scope       TEXT NOT NULL,
    number      INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    plan        INTEGER NOT NULL,
    environment TEXT NOT NULL,
    release     TEXT NOT NULL,
    direction   TEXT NOT NULL,
    state       TEXT NOT NULL,
    result      TEXT NOT NULL,
    closed      INTEGER NOT NULL,
    wake_at     INTEGER NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (scope, number),
    FOREIGN KEY (scope, plan) REFERENCES plan (scope, number)
) STRICT;
CREATE INDEX deployment_environment ON deployment (scope, environment, number);
CREATE INDEX deployment_release ON deployment (scope, release, number);
CREATE INDEX deployment_state ON deployment (scope, state, number);
CREATE INDEX deployment_open ON deployment (scope, number) WHERE closed = 0;
CREATE INDEX deployment_due ON deployment (scope, wake_at) WHERE closed = 0 AND wake_at > 0;
CREATE INDEX deployment_plan ON deployment (scope, plan);

CREATE TABLE deployment_component (
    scope      TEXT NOT NULL,
    component  TEXT NOT NULL,
    deployment INTEGER NOT NULL,
    PRIMARY KEY (scope, component, deployment),
    FOREIGN KEY (scope, deployment) REFERENCES deployment (scope, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE deployment_target (
    scope      TEXT NOT NULL,
    deployment INTEGER NOT NULL,
    name       TEXT NOT NULL,
    wave       INTEGER NOT NULL,
    stage      INTEGER NOT NULL,
    state      TEXT NOT NULL,
    touched    INTEGER NOT NULL,
    executed   INTEGER NOT NULL,
    remediated INTEGER NOT NULL,
    deadline   INTEGER NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, deployment, name),
    FOREIGN KEY (scope, deployment) REFERENCES deployment (scope, number)
) STRICT;
CREATE INDEX deployment_target_wave ON deployment_target (scope, deployment, wave, name, stage);
CREATE INDEX deployment_target_state ON deployment_target (scope, deployment, state, name);
CREATE INDEX deployment_target_deadline ON deployment_target (scope, deployment, deadline) WHERE state IN ('ordered', 'running');

CREATE TABLE deployment_order (
    scope      TEXT NOT NULL,
    id         TEXT NOT NULL,
    deployment INTEGER NOT NULL,
    target     TEXT NOT NULL,
    agent      TEXT NOT NULL,
    stage      INTEGER NOT NULL,
    counter    INTEGER NOT NULL,
    open       INTEGER NOT NULL,
    begun      INTEGER NOT NULL,
    issued_at  INTEGER NOT NULL,
    envelope   TEXT NOT NULL,
    PRIMARY KEY (scope, id)
) STRICT;
CREATE INDEX deployment_order_open ON deployment_order (scope, agent, counter) WHERE open = 1;
CREATE INDEX deployment_order_stage ON deployment_order (scope, deployment, stage) WHERE open = 1;

CREATE TABLE report (
    scope      TEXT NOT NULL,
    order_id   TEXT NOT NULL,
    seq        INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    target     TEXT NOT NULL,
    number     INTEGER NOT NULL, -- in order of arrival
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, order_id, seq)
) STRICT;
CREATE UNIQUE INDEX report_number ON report (scope, deployment, number);
CREATE INDEX report_target ON report (scope, deployment, target, number);

CREATE TABLE output (
    scope      TEXT NOT NULL,
    order_id   TEXT NOT NULL,
    seq        INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    target     TEXT NOT NULL,
    number     INTEGER NOT NULL, -- in order of arrival
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, order_id, seq)
) STRICT;
CREATE UNIQUE INDEX output_number ON output (scope, deployment, number);
CREATE INDEX output_target ON output (scope, deployment, target, number);

CREATE TABLE record_head (
    scope      TEXT NOT NULL PRIMARY KEY,
    size       INTEGER NOT NULL,
    root       BLOB NOT NULL,
    checkpoint TEXT NOT NULL
) STRICT;

CREATE TABLE record_entry (
    scope    TEXT NOT NULL,
    place    INTEGER NOT NULL, -- in the log, from 0
    subject  TEXT NOT NULL,
    number   INTEGER NOT NULL, -- among the subject's, from 1
    target   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    at       INTEGER NOT NULL,
    bytes    BLOB NOT NULL,
    hash     BLOB NOT NULL,
    PRIMARY KEY (scope, place)
) STRICT;
CREATE UNIQUE INDEX record_entry_subject ON record_entry (scope, subject, number);
CREATE INDEX record_entry_subject_place ON record_entry (scope, subject, place);
CREATE INDEX record_entry_target ON record_entry (scope, target, place) WHERE target <> '';
CREATE INDEX record_entry_kind ON record_entry (scope, kind, place);

CREATE TABLE record_tile (
    scope  TEXT NOT NULL,
    level  INTEGER NOT NULL,
    place  INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (scope, level, place)
) STRICT;
