-- +goose Up
-- Where a deployment stands in the line, and when it runs: see Rank, Line and Time.
ALTER TABLE deployment ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment ADD COLUMN line INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment ADD COLUMN begins INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment ADD COLUMN ends INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment ADD COLUMN requested_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment ADD COLUMN ended_at INTEGER NOT NULL DEFAULT 0;
UPDATE deployment SET line = CASE
    WHEN state IN ('planned', 'authorised', 'scheduled') THEN 1
    WHEN state IN ('requested', 'closed') THEN 0
    ELSE -1 END;
CREATE INDEX deployment_begun ON deployment (scope, number) WHERE line < 0;
CREATE INDEX deployment_backlog ON deployment (scope, rank, number) WHERE line > 0;
CREATE INDEX deployment_backlog_of ON deployment (scope, environment, rank, number) WHERE line > 0;
CREATE INDEX deployment_waiting ON deployment (scope, rank, number) WHERE line > 1;
CREATE INDEX deployment_open_time ON deployment (scope, begins) WHERE closed = 0 AND begins > 0;
CREATE INDEX deployment_past_time ON deployment (scope, begins) WHERE closed = 1 AND begins > 0;
CREATE INDEX deployment_requested ON deployment (scope, requested_at);
CREATE INDEX deployment_ended ON deployment (scope, ended_at) WHERE ended_at > 0;

-- The documents from which the calendar is compiled, by the change that they last had.
CREATE TABLE document_change (
    scope   TEXT NOT NULL,
    kind    TEXT NOT NULL,
    name    TEXT NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (scope, kind, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_changed ON document_change (scope, changed, kind, name);
INSERT INTO document_change (scope, kind, name, changed)
    SELECT scope, kind, name, 1 FROM document
    WHERE present = 1 AND kind IN ('Window', 'Freeze', 'Booking', 'Target', 'Service');
INSERT INTO counter (scope, name, value) SELECT DISTINCT scope, 'document-change', 1 FROM document_change;

CREATE TABLE waiver (
    scope      TEXT NOT NULL,
    number     INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, number),
    FOREIGN KEY (scope, deployment) REFERENCES deployment (scope, number)
) STRICT;
CREATE INDEX waiver_deployment ON waiver (scope, deployment, number);

CREATE TABLE feed (
    scope TEXT NOT NULL,
    id    TEXT NOT NULL,
    hash  BLOB NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (scope, id)
) STRICT;
