-- +goose Up

CREATE TABLE vote (
    scope      TEXT NOT NULL,
    number     INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    subject    TEXT NOT NULL,
    person     TEXT NOT NULL,
    withdrawn  INTEGER NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, number),
    FOREIGN KEY (scope, deployment) REFERENCES deployment (scope, number)
) STRICT;
CREATE INDEX vote_deployment ON vote (scope, deployment, number);

-- What votes are given on.
CREATE TABLE subject (
    scope      TEXT NOT NULL,
    deployment INTEGER NOT NULL,
    digest     TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, deployment, digest),
    FOREIGN KEY (scope, deployment) REFERENCES deployment (scope, number)
) STRICT;

CREATE TABLE change (
    scope      TEXT NOT NULL,
    name       TEXT NOT NULL,
    deployment INTEGER NOT NULL,
    state      TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, name, deployment),
    FOREIGN KEY (scope, deployment) REFERENCES deployment (scope, number)
) STRICT;
CREATE INDEX change_deployment ON change (scope, deployment, name);

-- What people were told already.
CREATE TABLE notice (
    scope      TEXT NOT NULL,
    deployment INTEGER NOT NULL,
    key        TEXT NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (scope, deployment, key),
    FOREIGN KEY (scope, deployment) REFERENCES deployment (scope, number)
) STRICT;

CREATE TABLE review (
    scope      TEXT NOT NULL,
    number     INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    policy     TEXT NOT NULL,
    state      TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, number),
    FOREIGN KEY (scope, deployment) REFERENCES deployment (scope, number)
) STRICT;
CREATE UNIQUE INDEX review_duty ON review (scope, deployment, policy);
CREATE INDEX review_deployment ON review (scope, deployment, number);
CREATE INDEX review_state ON review (scope, state, number);

-- How often deployments with a model succeeded is a part of what they risk.
ALTER TABLE deployment ADD COLUMN model TEXT NOT NULL DEFAULT '';
UPDATE deployment SET model = coalesce(json_extract(body, '$.header.model.name'), '');
CREATE INDEX deployment_model ON deployment (scope, model, number) WHERE closed = 1;
